import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { wireErrors } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { recordedRounds } from '../../dashboard/testing/recorded-node.ts'
import { deadUrl, health, serve } from '../../testing/coordinator.ts'
import { fail } from '../../testing/failure.ts'
import { run, temporaryFolder } from '../../testing/host.ts'

const env = { VCP_API_KEY: `vcp_${'k'.repeat(32)}` }

/** Lists rounds to whoever has a key. */
function serveRounds(): Promise<string> {
  return serve(({ headers, url }, response) => {
    const isKnown = headers['x-api-key'] === env.VCP_API_KEY
    const isRounds = url?.startsWith('/api/v1/rounds') === true
    const said = { message: 'no', hint: 'sign in', request_id: 'r' }
    const refusal = {
      error: wireErrors[401],
      ...said,
      details: { code: 'UNAUTHENTICATED' },
    }
    const rounds = { rounds: recordedRounds, next_cursor: null }
    response.writeHead(isRounds && !isKnown ? 401 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isRounds ? (isKnown ? rounds : refusal) : health))
  })
}

describe('vcp round list', () => {
  test('lists the newest first', async () => {
    const argv = ['round', 'list', '--coordinator', await serveRounds(), '--json']
    const { out } = await run(argv, { env })
    const shown = JSON.parse(out) as typeof recordedRounds
    expect(shown.map(({ round_id }) => round_id)).toEqual(
      recordedRounds.map(({ round_id }) => round_id).toReversed(),
    )
  })

  test('has lines that fit the terminal', async () => {
    const { out } = await run(['round', 'list', '--coordinator', await serveRounds()], { env })
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    for (const { round_id } of recordedRounds) expect(out).toContain(`\n  ${round_id}\n`)
  })

  test.each([
    ['nothing answers', deadUrl, 'COORDINATOR_UNREACHABLE', /./],
    ['nobody is signed in', serveRounds, 'UNAUTHENTICATED', /nobody is signed in/],
  ])('makes no wallet where %s', async (_, urlOf, error, message) => {
    const dataDir = temporaryFolder()
    const argv = ['round', 'list', '--coordinator', await urlOf(), '--data-dir', dataDir]
    const failure = await fail(argv)
    expect(failure).toMatchObject({ error, message: expect.stringMatching(message) })
    expect(existsSync(join(dataDir, 'wallet.json'))).toBe(false)
  })
})
