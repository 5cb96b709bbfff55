import { type Outcome, pass, refuse, type SecureAnswer, secureProtocol } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { createRoundLine } from './round-line.ts'
import { createMemoryNetwork, scriptedCoordinator } from './testing/coordinator.ts'
import { first, linked, placesOf, taskId } from './testing/linked.ts'

const round_id = '01900000-0000-7000-8000-0000000000aa'
const said = { step: 'words' } as const
const ask = { task_id: taskId, lease_epoch: 1, round_id, said } as never
const never = new AbortController().signal

/** A line to a coordinator that gives these answers, one after the other. */
async function lineTo(answers: Outcome<SecureAnswer>[]) {
  const network = createMemoryNetwork()
  const coordinator = await scriptedCoordinator(network, first)
  const { link, mesh, timers, toldOf } = await linked(network, placesOf(coordinator))
  const { host } = coordinator
  let asked = 0
  await host.mesh.streams.serve(secureProtocol, async () => {
    asked += 1
    return answers.shift() ?? pass({ next: 'rest' })
  })
  await toldOf('joined')
  const line = createRoundLine({ streams: mesh.streams, link, timers })
  return { line, timers, host, toldOf, asked: () => asked }
}

describe('what is said in a secure round', () => {
  test('is said again while the coordinator cannot take it, and not after it refused', async () => {
    const busy = refuse('OVERLOADED', 'not now')
    const { line, timers, asked } = await lineTo([busy, busy, pass({ next: 'wait' })])
    expect(await timers.until(() => line.ask(ask, never))).toMatchObject({
      value: { next: 'wait' },
    })
    expect(asked()).toBe(3)
    const over = await lineTo([refuse('ROUND_CLOSED', 'too late')])
    expect(await over.line.ask(ask, never)).toMatchObject({ code: 'ROUND_CLOSED' })
    expect(over.asked()).toBe(1)
  })

  test('reaches a coordinator that was away', async () => {
    const { line, timers, host, toldOf } = await lineTo([])
    host.isUp = false
    await timers.until(() => toldOf('parted'))
    const answer = line.ask(ask, never)
    host.isUp = true
    expect(await timers.until(() => answer)).toMatchObject({ value: { next: 'rest' } })
  })

  test('is left unsaid where nobody waits for it any more', async () => {
    const { line, host, timers, toldOf } = await lineTo([])
    host.isUp = false
    await timers.until(() => toldOf('parted'))
    const stop = new AbortController()
    const answer = line.ask(ask, stop.signal)
    stop.abort(new Error('the round has closed'))
    await expect(answer).rejects.toThrow('the round has closed')
  })
})
