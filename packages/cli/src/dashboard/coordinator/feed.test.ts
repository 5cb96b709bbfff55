import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from '@vcp/client'
import { wireErrors } from '@vcp/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { systemTimers } from '../../agent/link/timers.ts'
import { recordedNetwork } from '../testing/recorded-network.ts'
import { type NetworkFacts, noted, nothingKnown } from './facts.ts'
import { followNetwork } from './feed.ts'
import { plainTransport } from './plain-transport.ts'

/** A machine that is busy with other tests takes its time. */
const patience = { timeout: 20_000 }

/** A coordinator that answers as it did when it was recorded, and what it was asked. */
async function played() {
  const asked: string[] = []
  const { stats, health, nodes } = recordedNetwork
  if (stats.asked !== 'answered' || health.asked !== 'answered') throw new Error('it is recorded')
  const answers: Readonly<Record<string, unknown>> = {
    '/api/v1/cluster/stats': stats.answer,
    '/api/v1/health': { ...health.answer, mesh: null },
    '/api/v1/nodes': {
      nodes: nodes.asked === 'answered' ? nodes.answer.items : [],
      next_cursor: 'a',
    },
  }
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    asked.push(path)
    const answer = answers[path]
    response.writeHead(answer === undefined ? 401 : 200, { 'content-type': 'application/json' })
    const refusal = {
      error: wireErrors[401],
      message: 'no',
      hint: 'sign in',
      request_id: 'r1',
      details: { code: 'UNAUTHENTICATED' },
    }
    response.end(JSON.stringify(answer ?? refusal))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test('a coordinator is asked for what is looked at, and a refusal is shown', async () => {
  const { url, asked } = await played()
  const stop = new AbortController()
  const turners = new Set<() => void>()
  let facts: NetworkFacts = nothingKnown(url, 0)
  let pane = 'overview'
  const connection = connect({ url, transport: plainTransport(url), signal: stop.signal })
  const followed = followNetwork({
    connection,
    pane: () => pane,
    onPane(listener) {
      turners.add(listener)
      return () => void turners.delete(listener)
    },
    tell: (news) => {
      facts = noted(facts, news)
    },
    timers: systemTimers,
    signal: stop.signal,
  })
  onTestFinished(async () => {
    stop.abort()
    await followed
  })
  await expect.poll(() => facts.stats, patience).toMatchObject({ answer: { total_nodes: 200 } })
  await expect
    .poll(() => facts.census, patience)
    .toMatchObject({ reason: 'sign in with `vcp account login`' })
  expect(asked).not.toContain('/api/v1/nodes')
  pane = 'fleet'
  for (const turned of turners) turned()
  await expect.poll(() => facts.nodes, patience).toMatchObject({ answer: { isAll: false } })
})

test('a coordinator that is not there is a failure with its code', async () => {
  const url = 'http://127.0.0.1:9'
  const connection = connect({ url, transport: plainTransport(url), silenceMs: 0 })
  await expect(connection.ask('health')).rejects.toMatchObject({ code: 'COORDINATOR_UNREACHABLE' })
})
