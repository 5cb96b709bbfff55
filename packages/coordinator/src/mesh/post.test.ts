import { type AssignAsk, pass, refuse, VcpError } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import type { Input } from '../core/inputs.ts'
import { taskIdOf, wasmTask } from '../core/testing/samples.ts'
import { Scenario } from '../core/testing/scenario.ts'
import { traceOf } from '../sim/traces.ts'
import { manualClock } from '../testing/manual-clock.ts'
import { comeBackMs, createPost } from './post.ts'
import { createRequesterOf } from './requester.ts'

const one = taskIdOf(1)
const requesterOf = createRequesterOf(new Uint8Array(32).fill(9))

/** A post over the core of a scenario; what it tells is told to that core. */
function posted(scenario: Scenario) {
  const clock = manualClock(scenario.atMs)
  const here = new Set<string>()
  const asks: AssignAsk[] = []
  const told: Input[] = []
  let answer: () => Promise<unknown> = () => new Promise(() => undefined)
  const post = createPost({
    streams: {
      ask: (async (_: unknown, __: unknown, ask: AssignAsk) => {
        asks.push(ask)
        return answer()
      }) as never,
    },
    state: scenario.state,
    present: { has: (peerId) => here.has(peerId), hasBeen: (peerId) => here.has(peerId) },
    clock,
    requesterOf,
    async tell(input) {
      told.push(input)
      return scenario.tell(input).reply
    },
  })
  const settle = async () => {
    for (let turns = 0; turns < 20; turns++) await Promise.resolve()
  }
  const answers = (give: () => Promise<unknown>) => {
    answer = give
  }
  return { post, clock, here, asks, told, answers, settle }
}

function offered() {
  const scenario = new Scenario()
  const peerId = scenario.node('n1')
  scenario.submit(one, wasmTask())
  const [effect] = scenario.wanted('send-offer')
  return { scenario, peerId, effect: effect! }
}

describe('the post', () => {
  test('keeps offers for nodes that have not come back, for a moment', async () => {
    const { scenario, effect } = offered()
    const { post, clock, told, settle } = posted(scenario)
    post.carryOut(effect)
    clock.advance(comeBackMs - 1)
    await settle()
    expect(told).toEqual([])
    clock.advance(1)
    await settle()
    expect(told).toMatchObject([{ type: 'offer-undelivered', taskId: one }])
    expect(scenario.task(one).state).toBe('pending')
  })

  test('says to a node that comes what it was kept for, once', async () => {
    const { scenario, peerId, effect } = offered()
    const { post, here, asks, told, answers, settle } = posted(scenario)
    post.carryOut(effect)
    here.add(peerId)
    const answer = { answer: 'accept', task_id: one, lease_epoch: 1 }
    answers(async () => pass({ answered: 'offer', answer }))
    post.serve(peerId)
    post.serve(peerId)
    await settle()
    const { ownerId } = scenario.task(one)
    expect(asks).toMatchObject([{ ask: 'offer', offer: { requester: requesterOf(ownerId) } }])
    expect(told).toMatchObject([{ type: 'offer-answered' }])
    post.close()
  })

  test('tells at once of an offer that does not arrive', async () => {
    const { scenario, peerId, effect } = offered()
    const { post, here, told, answers, settle } = posted(scenario)
    here.add(peerId)
    answers(async () => {
      throw new VcpError('PEER_UNREACHABLE', { message: 'the stream broke' })
    })
    post.carryOut(effect)
    await settle()
    expect(told).toMatchObject([{ type: 'offer-undelivered', reason: 'the stream broke' }])
    post.close()
  })

  test('asks again, more and more rarely, for as long as the answer is owed', async () => {
    const { scenario, peerId } = offered()
    scenario.accept(one, peerId)
    scenario.commit(one, peerId)
    const { post, clock, here, asks, answers, settle } = posted(scenario)
    here.add(peerId)
    answers(async () => refuse('OVERLOADED', 'not now'))
    post.serve(peerId)
    await settle()
    const waits = []
    for (let time = 0; time < 8; time++) {
      const { nextDueMs } = clock
      waits.push(nextDueMs! - clock.nowMs())
      clock.advance(nextDueMs! - clock.nowMs())
      await settle()
    }
    // Among them the moment at which nodes are not waited for any more.
    expect(waits.filter((ms) => ms < 100_000)).toEqual([
      250, 500, 1_000, 2_000, 1_250, 2_750, 8_000, 10_000,
    ])
    expect(asks.every(({ ask }) => ask === 'reveal')).toBe(true)
    scenario.reveal(one, peerId)
    const before = asks.length
    clock.advance(10_000)
    await settle()
    expect([asks.length, clock.nextDueMs]).toEqual([before, null])
  })

  test('asks a node that comes back for its trace, not for what it has shown', async () => {
    const scenario = new Scenario()
    const [first, other] = ['n1', 'n2'].map((name) => scenario.node(name))
    scenario.submit(one, wasmTask({ verification: { quorum: 2 } }))
    const roots = [traceOf(1, null).root, traceOf(1, { name: 'x', from: 2 }).root]
    for (const [index, peerId] of [first!, other!].entries()) {
      scenario.accept(one, peerId)
      scenario.commit(one, peerId, `result ${index}`, roots[index])
    }
    const { post, here, asks, settle } = posted(scenario)
    here.add(first!)
    scenario.reveal(one, first!, 'result 0', roots[0])
    post.serve(first!)
    await settle()
    expect(asks).toEqual([])
    scenario.reveal(one, other!, 'result 1', roots[1])
    const { level, index } = scenario.task(one).dispute!
    post.serve(first!)
    await settle()
    expect(asks).toEqual([{ ask: 'trace', task_id: one, lease_epoch: 1, level, index }])
    post.close()
  })

  test('does not ask again who has refused for good, or is gone', async () => {
    const { scenario, peerId } = offered()
    scenario.accept(one, peerId)
    scenario.commit(one, peerId)
    const { post, clock, here, asks, answers, settle } = posted(scenario)
    post.serve(peerId)
    await settle()
    expect(asks).toEqual([])
    here.add(peerId)
    answers(async () => refuse('TASK_UNKNOWN', 'never heard of it'))
    post.serve(peerId)
    await settle()
    clock.advance(60_000)
    await settle()
    expect(asks).toHaveLength(1)
  })

  test('says nothing more once it is closed, and leaves no timer', async () => {
    const { scenario, peerId } = offered()
    scenario.accept(one, peerId)
    scenario.commit(one, peerId)
    const { post, clock, here, asks, answers, settle } = posted(scenario)
    here.add(peerId)
    answers(async () => refuse('OVERLOADED', 'not now'))
    post.serve(peerId)
    await settle()
    post.close()
    await settle()
    post.serve(peerId)
    expect([asks.length, clock.nextDueMs]).toEqual([1, null])
  })
})
