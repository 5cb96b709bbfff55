import type { ErrorCode, Offer, RoundOrder } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import type { RoundEnd } from './inputs.ts'
import { offerOf, orderOf, otherLogKey, startMs, training, updateTo } from './testing/samples.ts'
import { Scenario } from './testing/scenario.ts'

const [first, second] = [orderOf(1), orderOf(2)]
const offer: Offer = { ...offerOf(1), task: training }
const lease = { taskId: offer.task_id, leaseEpoch: offer.lease_epoch }

function begun(): Scenario {
  const scenario = Scenario.joined({ taskTypes: ['federated_learning'] })
  expect(scenario.offer(offer)).toMatchObject({ answer: 'accept' })
  return scenario
}

function order(scenario: Scenario, round: RoundOrder = first) {
  return scenario.tell({ type: 'round-ordered', ...lease, order: round })
}

function end(scenario: Scenario, how: RoundEnd = updateTo(offer, first), round = first) {
  return scenario.tell({ type: 'round-ended', ...lease, roundId: round.round_id, end: how })
}

function settle(scenario: Scenario, code: ErrorCode | null = null): void {
  const answer = code === null ? { ok: true as const, value: null } : refused(code)
  for (const reportId of [...scenario.state.reports.keys()]) {
    scenario.tell({ type: 'report-settled', reportId, answer })
  }
}

function refused(code: ErrorCode) {
  return { ok: false as const, code, reason: 'a reason' }
}

const failed: RoundEnd = {
  kind: 'failed',
  reason: 'nothing is left',
  code: 'budget_spent',
  isOurs: false,
}

describe('a training', () => {
  test('is told to begin when it was accepted, and to train when a round is ordered', () => {
    const scenario = begun()
    expect(scenario.wanted('start-run')).toHaveLength(1)
    expect(order(scenario)).toEqual({ ok: true, value: null })
    expect(order(scenario)).toEqual({ ok: true, value: null })
    expect(scenario.wanted('start-round')).toEqual([{ type: 'start-round', offer, order: first }])
  })

  test('reports its update, and goes on when that has arrived', () => {
    const scenario = begun()
    order(scenario)
    end(scenario)
    const [report] = scenario.wanted('send-report')
    expect(report!.report).toMatchObject({ envelope: { payload: { round_id: first.round_id } } })
    settle(scenario)
    expect(scenario.state.leases.get(offer.task_id)).toMatchObject({ stage: 'running' })
    expect(order(scenario, second)).toMatchObject({ ok: true })
    expect(scenario.wanted('start-round')).toHaveLength(2)
  })

  test.each(['ROUND_CLOSED', 'UPDATE_KNOWN', 'INVALID'] as const)(
    'goes on where an update is refused with %s',
    (code) => {
      const scenario = begun()
      order(scenario)
      end(scenario)
      settle(scenario, code)
      expect(scenario.state.reports.size).toBe(0)
      expect(scenario.state.leases.get(offer.task_id)).toMatchObject({ stage: 'running' })
    },
  )

  test('is over where the coordinator knows its lease no more', () => {
    const scenario = begun()
    order(scenario)
    end(scenario)
    settle(scenario, 'LEASE_STALE')
    expect(scenario.endOf(offer)).toBe('dropped')
    expect(scenario.wanted('stop-run')).toHaveLength(1)
  })

  test('fails with the code of what stands in its way', () => {
    const scenario = begun()
    order(scenario)
    end(scenario, failed)
    expect(scenario.wanted('send-report')[0]!.report).toMatchObject({
      report: 'run-failed',
      code: 'budget_spent',
      reason: 'nothing is left',
    })
    settle(scenario)
    expect(scenario.endOf(offer)).toBe('settled')
  })

  test('keeps its lease while a coordinator hears it, without a word from the runner', () => {
    const scenario = begun()
    scenario.pass(300_000)
    expect(scenario.endOf(offer)).toBeNull()
    const words = scenario.wanted('send-progress').length
    expect(words).toBeGreaterThanOrEqual(27)
    expect(words).toBeLessThanOrEqual(31)
  })

  test('that got no turn for longer than its lease speaks first, and is not dropped', () => {
    const scenario = begun()
    const before = scenario.wanted('send-progress').length
    scenario.sleep(120_000)
    expect(scenario.endOf(offer)).toBeNull()
    expect(scenario.wanted('send-progress')).toHaveLength(before + 1)
    scenario.sleep(3_600_000)
    expect(scenario.endOf(offer)).toBe('dropped')
  })

  test('says at once that it goes on where a coordinator comes back', () => {
    const scenario = begun()
    scenario.tell({ type: 'parted' })
    scenario.pass(20_000)
    const before = scenario.wanted('send-progress').length
    scenario.join()
    expect(scenario.wanted('send-progress')).toHaveLength(before + 1)
  })

  test('says nothing to a coordinator of another log', () => {
    const scenario = begun()
    scenario.join(otherLogKey)
    const before = scenario.wanted('send-progress').length
    scenario.pass(25_000)
    expect(scenario.wanted('send-progress')).toHaveLength(before)
  })

  test('is not taken where its engine speaks against it, with the figures', () => {
    const scenario = Scenario.joined({ taskTypes: ['federated_learning'] })
    const objection = { reason: 'budget_spent', needs: 0.4, has: 0.1 } as const
    expect(scenario.offer(offer, { memoryMb: 512, cpuCores: 1, objection })).toMatchObject({
      answer: 'decline',
      ...objection,
    })
  })
})

describe('a round', () => {
  test('that another follows is stopped, and an older one is not begun', () => {
    const scenario = begun()
    order(scenario)
    order(scenario, second)
    expect(scenario.wanted('stop-round')).toMatchObject([{ roundId: first.round_id }])
    expect(order(scenario)).toMatchObject({ code: 'ROUND_CLOSED' })
    expect(end(scenario)).toMatchObject({ code: 'LEASE_STALE' })
    expect(scenario.state.reports.size).toBe(0)
  })

  test('is left when its time is over, by the clock of the coordinator', () => {
    const scenario = Scenario.joined({ taskTypes: ['federated_learning'] })
    scenario.join(undefined, 5_000)
    scenario.offer(offer)
    order(scenario, { ...first, closes_at_ms: startMs + 25_000 })
    scenario.pass(19_999)
    expect(scenario.wanted('stop-round')).toEqual([])
    scenario.pass(1)
    expect(scenario.wanted('stop-round')).toMatchObject([{ reason: 'its time is over' }])
    expect(scenario.state.leases.get(offer.task_id)).toMatchObject({
      stage: 'running',
      round: null,
    })
  })

  test('that the coordinator has closed is left, and one that is contributed to is not', () => {
    const [left, kept] = [begun(), begun()]
    order(left)
    order(kept)
    end(kept)
    for (const scenario of [left, kept]) {
      scenario.tell({ type: 'round-closed', taskId: offer.task_id, roundId: first.round_id })
    }
    expect(left.wanted('stop-round')).toHaveLength(1)
    expect(kept.wanted('stop-round')).toEqual([])
    expect(kept.state.reports.size).toBe(1)
  })

  test('that was missed may be ordered again', () => {
    const scenario = begun()
    order(scenario)
    end(scenario, { kind: 'missed', reason: 'nobody has its model' })
    expect(order(scenario)).toMatchObject({ ok: true })
    expect(scenario.wanted('start-round')).toHaveLength(2)
  })

  test('is refused for a task that is no training, and for a lease that is over', () => {
    const scenario = Scenario.joined()
    scenario.offer(offerOf(1))
    expect(order(scenario)).toMatchObject({ code: 'INVALID' })
    scenario.tell({ type: 'lease-withdrawn', ...lease, reason: 'cancelled' })
    expect(order(scenario)).toMatchObject({ code: 'LEASE_STALE' })
  })
})

describe('a process that ends', () => {
  test('in the middle of a round begins it again', () => {
    const scenario = begun()
    order(scenario)
    const before = scenario.effects.length
    scenario.restart()
    expect(scenario.effects.slice(before).map(({ type }) => type)).toEqual([
      'start-run',
      'start-round',
    ])
  })

  test('with an update on its way sends that again, and trains for it no more', () => {
    const scenario = begun()
    order(scenario)
    end(scenario)
    const before = scenario.effects.length
    scenario.restart()
    scenario.join()
    const after = scenario.effects.slice(before).map(({ type }) => type)
    expect(after.filter((type) => type === 'start-round')).toEqual([])
    expect(after.filter((type) => type === 'send-report')).toHaveLength(1)
    order(scenario)
    expect(scenario.wanted('start-round')).toHaveLength(1)
  })

  test('again and again in one round gives the training up; a new round counts anew', () => {
    const scenario = begun()
    for (const round of [first, second]) {
      order(scenario, round)
      for (let times = 0; times < 15; times++) {
        scenario.restart(10)
        scenario.join()
      }
    }
    expect(scenario.state.leases.get(offer.task_id)).toMatchObject({ stage: 'running' })
    for (let times = 0; times < 6; times++) {
      scenario.restart(10)
      scenario.join()
    }
    expect(scenario.state.leases.get(offer.task_id)).toMatchObject({ stage: 'failing' })
  })
})
