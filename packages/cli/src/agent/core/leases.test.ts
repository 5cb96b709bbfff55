import { describe, expect, test } from 'vitest'
import {
  leaf,
  offerOf,
  otherLogKey,
  startMs,
  task,
  taskForOne,
  taskIdOf,
} from './testing/samples.ts'
import { Scenario } from './testing/scenario.ts'

const lease = { taskId: taskIdOf(1), leaseEpoch: 1 }
const progress = { type: 'progress-made', ...lease, phase: 'running', percent: 5, gas: 1 } as const
const refused = { ok: false, code: 'LEASE_STALE', reason: 'it is over' } as const

function running(): Scenario {
  const scenario = Scenario.joined()
  scenario.offer(offerOf(1))
  return scenario
}

function committed(traceLeaves: Parameters<Scenario['finish']>[1] = []): Scenario {
  const scenario = running()
  scenario.finish(offerOf(1), traceLeaves)
  return scenario
}

describe('a lease', () => {
  test('goes from the run to the commitment, and to the receipt when that is asked for', () => {
    const scenario = committed()
    scenario.settleAll()
    expect(scenario.reveal(offerOf(1))).toMatchObject({ ok: true })
    const types = scenario.wanted('send-report').map(({ report }) => {
      return report.report === 'signed' ? report.envelope.type : report.report
    })
    expect(types).toEqual(['commitment', 'receipt'])
    expect(scenario.endOf(offerOf(1))).toBeNull()
    scenario.settleAll()
    expect(scenario.endOf(offerOf(1))).toBe('settled')
    expect(scenario.wanted('release-task')).toEqual([{ type: 'release-task', taskId: taskIdOf(1) }])
  })

  test('of a task that nobody else runs goes from the run to the receipt', () => {
    const scenario = Scenario.joined()
    const offer = { ...offerOf(1), task: taskForOne }
    scenario.offer(offer)
    scenario.finish(offer)
    const reports = scenario.wanted('send-report')
    expect(reports).toMatchObject([{ report: { envelope: { type: 'receipt' } } }])
    expect(scenario.reveal(offer)).toEqual({ ok: true, value: null })
    expect(scenario.wanted('send-report')).toHaveLength(1)
    scenario.settleAll()
    expect(scenario.endOf(offer)).toBe('settled')
    expect(scenario.wanted('release-task')).toEqual([{ type: 'release-task', taskId: taskIdOf(1) }])
  })

  test('is shown once, however often it is asked for, and never before it has a result', () => {
    const scenario = running()
    expect(scenario.reveal(offerOf(1))).toMatchObject({ code: 'CONFLICT' })
    scenario.finish(offerOf(1))
    expect(scenario.reveal(offerOf(1))).toMatchObject({ ok: true })
    expect(scenario.reveal(offerOf(1))).toMatchObject({ ok: true })
    expect(scenario.happened('reveal-begun')).toHaveLength(1)
    expect(scenario.reveal(offerOf(2))).toMatchObject({ code: 'LEASE_STALE' })
  })

  test('keeps its trace for disputes, and lets it go after ten minutes', () => {
    const scenario = committed([leaf])
    scenario.reveal(offerOf(1))
    scenario.settleAll()
    scenario.pass(599_000)
    expect(scenario.wanted('release-task')).toEqual([])
    scenario.pass(1_000)
    expect(scenario.wanted('release-task')).toHaveLength(1)
    expect(scenario.state.ended.size).toBe(0)
  })

  test('lets its trace go when it is withdrawn after all', () => {
    const scenario = committed([leaf])
    scenario.reveal(offerOf(1))
    scenario.settleAll()
    const withdrawn = { type: 'lease-withdrawn', ...lease, reason: 'the dispute is over' } as const
    scenario.tell(withdrawn)
    scenario.tell(withdrawn)
    expect(scenario.wanted('release-task')).toHaveLength(1)
  })

  test('ends when it is withdrawn, its run and its reports with it', () => {
    const one = running()
    one.tell({ type: 'lease-withdrawn', ...lease, reason: 'the task was cancelled' })
    expect(one.wanted('stop-run')).toMatchObject([{ ...lease, reason: 'the task was cancelled' }])
    const other = committed()
    other.tell({ type: 'lease-withdrawn', ...lease, reason: 'the task was cancelled' })
    expect(other.state.reports.size).toBe(0)
    expect(other.endOf(offerOf(1))).toBe('dropped')
  })

  test('that is withdrawn before its offer has come is declined', () => {
    const scenario = Scenario.joined()
    scenario.tell({ type: 'lease-withdrawn', ...lease, reason: 'nobody answered' })
    expect(scenario.offer(offerOf(1))).toMatchObject({ answer: 'decline' })
    expect(scenario.wanted('start-run')).toEqual([])
  })

  test('ends when its commitment is refused for good', () => {
    const scenario = committed()
    scenario.tell({ type: 'report-settled', reportId: 1, answer: refused })
    expect(scenario.endOf(offerOf(1))).toBe('dropped')
    expect(scenario.wanted('release-task')).toHaveLength(1)
  })

  test('of a failed run is settled by saying so', () => {
    const scenario = running()
    scenario.fail(offerOf(1))
    expect(scenario.wanted('send-report')).toMatchObject([
      { report: { report: 'run-failed', lease_epoch: 1, reason: 'the module is not there' } },
    ])
    scenario.settleAll()
    expect(scenario.endOf(offerOf(1))).toBe('settled')
  })

  test('that has ended takes no result, and what was kept of it goes', () => {
    const scenario = running()
    scenario.tell({ type: 'lease-withdrawn', ...lease, reason: 'x' })
    expect(scenario.finish(offerOf(1))).toMatchObject({ code: 'LEASE_STALE' })
    expect(scenario.state.reports.size).toBe(0)
    expect(scenario.wanted('release-task')).toHaveLength(2)
  })
})

test('a late result of an older lease takes nothing from the newer one', () => {
  const scenario = running()
  scenario.offer(offerOf(1, 2))
  expect(scenario.finish(offerOf(1))).toMatchObject({ code: 'LEASE_STALE' })
  expect(scenario.wanted('release-task')).toEqual([])
})

describe('the clock of a lease', () => {
  test('is set back by progress, and ends it without', () => {
    const scenario = running()
    for (let said = 0; said < 10; said++) {
      scenario.pass(20_000)
      expect(scenario.tell(progress)).toMatchObject({ ok: true })
    }
    expect(scenario.wanted('send-progress')).toHaveLength(10)
    scenario.pass(29_999)
    expect(scenario.endOf(offerOf(1))).toBeNull()
    scenario.pass(1)
    expect(scenario.endOf(offerOf(1))).toBe('dropped')
    expect(scenario.wanted('stop-run')).toHaveLength(1)
    expect(scenario.tell(progress)).toMatchObject({ code: 'LEASE_STALE' })
  })

  test('is ours: the coordinator may be hours ahead or behind', () => {
    for (const aheadMs of [-7_200_000, 7_200_000]) {
      const scenario = Scenario.joined()
      scenario.join(undefined, aheadMs)
      scenario.offer(offerOf(1, 1, startMs + aheadMs + 45_000))
      scenario.pass(44_999)
      expect(scenario.endOf(offerOf(1))).toBeNull()
      scenario.pass(1)
      expect(scenario.endOf(offerOf(1))).toBe('dropped')
    }
  })

  test('stands for a while when no coordinator is in reach, and starts anew when one is', () => {
    const scenario = running()
    scenario.tell({ type: 'parted' })
    scenario.pass(300_000)
    expect(scenario.endOf(offerOf(1))).toBeNull()
    scenario.join()
    scenario.pass(29_999)
    expect(scenario.endOf(offerOf(1))).toBeNull()
    scenario.tell({ type: 'parted' })
    scenario.pass(600_001)
    expect(scenario.endOf(offerOf(1))).toBe('dropped')
  })

  test('goes on while a laptop sleeps: what had no result is dropped, what had is told', () => {
    const scenario = running()
    scenario.offer(offerOf(2))
    scenario.finish(offerOf(2))
    scenario.tell({ type: 'parted' })
    scenario.sleep(120_000)
    expect(scenario.endOf(offerOf(1))).toBe('dropped')
    expect(scenario.state.leases.get(taskIdOf(2))?.stage).toBe('committed')
    scenario.join()
    expect(scenario.wanted('send-report')).toHaveLength(2)
  })

  test('of a result stands still, until two days have gone', () => {
    const scenario = committed()
    scenario.settleAll()
    scenario.pass(86_400_000 * 2 - 1)
    expect(scenario.endOf(offerOf(1))).toBeNull()
    scenario.pass(1)
    expect(scenario.endOf(offerOf(1))).toBe('dropped')
  })
})

test('a result that nobody has asked for is committed to again when the node joins', () => {
  const scenario = committed()
  scenario.settleAll()
  scenario.tell({ type: 'parted' })
  scenario.join()
  scenario.join()
  const sent = scenario.wanted('send-report')
  expect(sent.map(({ reportId }) => reportId)).toEqual([1, 2, 2])
  expect(sent[1]?.report).toEqual(sent[0]?.report)
  scenario.tell({ type: 'report-settled', reportId: 2, answer: refused })
  expect(scenario.endOf(offerOf(1))).toBe('dropped')
})

describe('a report', () => {
  test('is owed until it is settled, and said again whenever the node joins', () => {
    const scenario = committed()
    scenario.restart()
    expect(scenario.wanted('send-report')).toHaveLength(1)
    scenario.join()
    scenario.tell({ type: 'parted' })
    scenario.join()
    const ids = scenario.wanted('send-report').map(({ reportId }) => reportId)
    expect(ids).toEqual([1, 1, 1])
    scenario.reveal(offerOf(1))
    scenario.settleAll()
    scenario.join()
    expect(scenario.wanted('send-report')).toHaveLength(4)
  })

  test('waits for the log it belongs to, for a day', () => {
    const scenario = committed()
    scenario.join(otherLogKey)
    expect(scenario.wanted('send-report')).toHaveLength(1)
    scenario.pass(3_600_000)
    scenario.join()
    expect(scenario.wanted('send-report')).toHaveLength(2)
    scenario.join(otherLogKey)
    scenario.pass(82_800_000)
    expect(scenario.state.reports.size).toBe(0)
    expect(scenario.endOf(offerOf(1))).toBe('dropped')
  })

  test('has an id that no other has had, also after a restart', () => {
    const scenario = running()
    scenario.fail(offerOf(1))
    scenario.settleAll()
    scenario.restart()
    scenario.join()
    scenario.offer(offerOf(2))
    scenario.finish(offerOf(2))
    expect([...scenario.state.reports.keys()]).toEqual([2])
  })
})

describe('a run of a former log', () => {
  test('is not withdrawn by another, whose epochs mean nothing here', () => {
    const scenario = running()
    scenario.join(otherLogKey)
    scenario.tell({ type: 'lease-withdrawn', ...lease, leaseEpoch: 7, reason: 'x' })
    expect(scenario.endOf(offerOf(1))).toBeNull()
  })

  test('goes on until its lease ends, which nothing sets back', () => {
    const scenario = running()
    scenario.join(otherLogKey)
    scenario.pass(20_000)
    expect(scenario.tell(progress)).toMatchObject({ ok: true })
    expect(scenario.wanted('send-progress')).toEqual([])
    scenario.pass(10_000)
    expect(scenario.endOf(offerOf(1))).toBe('dropped')
  })
})

describe('a referee', () => {
  const asked = { type: 'rerun-asked', taskId: taskIdOf(9), checkpoint: 3, task } as const
  const ended = { type: 'rerun-ended', taskId: taskIdOf(9), checkpoint: 3 } as const

  test('runs what it is asked to once, and reports the leaf', () => {
    const scenario = Scenario.joined()
    scenario.tell(asked)
    scenario.tell(asked)
    expect(scenario.wanted('start-rerun')).toHaveLength(1)
    scenario.tell({ ...ended, leaf })
    scenario.tell(asked)
    expect(scenario.wanted('start-rerun')).toHaveLength(1)
    expect(scenario.wanted('send-report')).toMatchObject([{ report: { report: 'rerun', leaf } }])
    scenario.settleAll()
    expect(scenario.state.reports.size).toBe(0)
  })

  test('has nothing to say where it came to no leaf', () => {
    const scenario = Scenario.joined()
    scenario.tell(asked)
    scenario.tell({ ...ended, leaf: null })
    expect(scenario.state.reruns.size).toBe(0)
    expect(scenario.state.reports.size).toBe(0)
  })

  test('begins again after a restart, three times at most', () => {
    const scenario = Scenario.joined()
    scenario.tell(asked)
    for (let time = 0; time < 4; time++) scenario.restart()
    expect(scenario.wanted('start-rerun')).toHaveLength(3)
    expect(scenario.state.reruns.size).toBe(0)
  })

  test('takes on no more than it can end in time', () => {
    const scenario = Scenario.joined()
    for (let checkpoint = 0; checkpoint < 8; checkpoint++) scenario.tell({ ...asked, checkpoint })
    expect(scenario.tell({ ...asked, checkpoint: 8 })).toMatchObject({ code: 'OVERLOADED' })
  })
})

describe('a new process', () => {
  test('goes on with the runs whose leases hold, and drops the others', () => {
    const scenario = running()
    scenario.pass(25_000)
    scenario.offer(offerOf(2))
    scenario.restart(10_000)
    expect(scenario.endOf(offerOf(1))).toBe('dropped')
    expect(scenario.wanted('start-run').map(({ offer }) => offer.task_id)).toEqual([
      taskIdOf(1),
      taskIdOf(2),
      taskIdOf(2),
    ])
  })

  test('does not begin a run for ever that ends the process each time', () => {
    const scenario = running()
    for (let time = 0; time < 3; time++) scenario.restart()
    expect(scenario.wanted('start-run')).toHaveLength(3)
    expect(scenario.state.leases.get(taskIdOf(1))?.stage).toBe('failing')
    scenario.join()
    expect(scenario.wanted('send-report')).toMatchObject([{ report: { report: 'run-failed' } }])
  })
})
