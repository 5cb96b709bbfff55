import type { DeclineReason, TaskId } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { ana, ben, taskIdOf, wasmTask } from '../testing/samples.ts'
import { Scenario } from '../testing/scenario.ts'

const one = taskIdOf(1)

describe('a task', () => {
  test('is offered to a node, run, committed to, revealed and completed', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    scenario.submit(one, wasmTask())
    expect(scenario.task(one).state).toBe('assigned')
    expect(scenario.wanted('send-offer')).toMatchObject([{ peerId, offer: { lease_epoch: 1 } }])
    scenario.accept(one, peerId)
    expect(scenario.task(one).state).toBe('running')
    scenario.commit(one, peerId)
    expect(scenario.task(one).state).toBe('verifying')
    expect(scenario.wanted('ask-to-reveal')).toEqual([
      { type: 'ask-to-reveal', peerId, taskId: one, leaseEpoch: 1 },
    ])
    scenario.reveal(one, peerId)
    expect(scenario.task(one)).toMatchObject({ state: 'completed', level: 'signed' })
    expect(scenario.state.nodes.get(peerId)!.open.size).toBe(0)
  })

  test('submitted twice is one task, and the answer is the same', () => {
    const scenario = new Scenario()
    expect(scenario.submit(one, wasmTask()).reply.ok).toBe(true)
    const again = scenario.submit(one, wasmTask())
    expect(again.reply.ok).toBe(true)
    expect(again.entries).toEqual([])
    const other = scenario.submit(one, wasmTask({ labels: { name: 'other' } }))
    expect(other.reply).toMatchObject({ ok: false, code: 'CONFLICT' })
  })

  test('waits for a node, and is given to the first that comes', () => {
    const scenario = new Scenario()
    scenario.submit(one, wasmTask())
    expect(scenario.task(one).state).toBe('pending')
    const peerId = scenario.node('n1')
    expect(scenario.holders(one)).toEqual([peerId])
  })

  test('fails when no node is found in time, and says so', () => {
    const scenario = new Scenario()
    scenario.submit(one, wasmTask({ timeouts: { match_seconds: 60 } }))
    scenario.pass(59_000)
    expect(scenario.task(one).state).toBe('pending')
    scenario.pass(2_000)
    expect(scenario.task(one)).toMatchObject({
      state: 'failed',
      reason: 'no node was found in time',
    })
  })

  test('goes to another node when the first does not answer', () => {
    const scenario = new Scenario()
    const first = scenario.node('n1')
    scenario.submit(one, wasmTask())
    const second = scenario.node('n2')
    expect(scenario.holders(one)).toEqual([first])
    scenario.pass(11_000)
    expect(scenario.holders(one)).toEqual([second])
    expect(scenario.wanted('withdraw-lease')).toMatchObject([{ peerId: first, leaseEpoch: 1 }])
  })

  test('whose offer cannot be delivered goes to another node at once', () => {
    const scenario = new Scenario()
    const first = scenario.node('n1')
    scenario.submit(one, wasmTask())
    const second = scenario.node('n2')
    const lease = { peerId: first, taskId: one, leaseEpoch: 1 }
    const reason = 'not connected'
    const told = scenario.tell({ type: 'offer-undelivered', ...lease, reason })
    expect(told.reply.ok).toBe(true)
    expect(scenario.holders(one)).toEqual([second])
    expect(scenario.wanted('withdraw-lease')).toMatchObject([lease])
    expect(scenario.state.nodes.get(first)!.status).toBe('degraded')
    // A lease that is over is over, however often that is told.
    const late = scenario.tell({ type: 'offer-undelivered', ...lease, reason })
    expect(late.reply).toMatchObject({ code: 'LEASE_STALE' })
    scenario.accept(one, second)
    const running = { ...lease, peerId: second, leaseEpoch: 2, reason }
    scenario.tell({ type: 'offer-undelivered', ...running })
    expect(scenario.holders(one)).toEqual([second])
  })

  test('whose offer was not delivered waits for its only node to be heard of', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    scenario.submit(one, wasmTask())
    scenario.tell({ type: 'offer-undelivered', peerId, taskId: one, leaseEpoch: 1, reason: 'cut' })
    expect(scenario.task(one)).toMatchObject({ state: 'pending', failures: 0 })
    scenario.pass(5_000)
    expect(scenario.holders(one)).toEqual([])
    scenario.heartbeat(peerId)
    expect([scenario.holders(one), scenario.epoch(one, peerId)]).toEqual([[peerId], 2])
  })

  test('declined by its only node is offered to it again after a rest', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    scenario.submit(one, wasmTask())
    scenario.tell({
      type: 'offer-answered',
      peerId,
      answer: {
        answer: 'decline',
        task_id: one,
        lease_epoch: 1,
        reason: 'busy',
        needs: null,
        has: null,
        retry_after_seconds: null,
      },
    })
    expect(scenario.holders(one)).toEqual([])
    scenario.pass(10_000)
    expect(scenario.holders(one)).toEqual([peerId])
    expect(scenario.epoch(one, peerId)).toBe(2)
  })

  test('is not offered to a node that has just declined another', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    const decline = (taskId: TaskId, reason: DeclineReason) =>
      scenario.tell({
        type: 'offer-answered',
        peerId,
        answer: {
          answer: 'decline',
          task_id: taskId,
          lease_epoch: scenario.epoch(taskId, peerId),
          reason,
          needs: null,
          has: null,
          retry_after_seconds: 5,
        },
      })
    scenario.submit(one, wasmTask())
    decline(one, 'data_missing')
    scenario.submit(taskIdOf(2), wasmTask())
    expect(scenario.holders(taskIdOf(2))).toEqual([peerId])
    decline(taskIdOf(2), 'busy')
    scenario.submit(taskIdOf(3), wasmTask())
    expect(scenario.holders(taskIdOf(3))).toEqual([])
    scenario.pass(4_999)
    expect(scenario.holders(taskIdOf(3))).toEqual([])
    scenario.pass(1)
    expect(scenario.holders(taskIdOf(3))).toEqual([peerId])
  })

  test('waits while the node works on as many as it takes at a time', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1', { tasksMax: 1 })
    const two = taskIdOf(2)
    scenario.submit(one, wasmTask())
    scenario.submit(two, wasmTask())
    expect([scenario.holders(one), scenario.holders(two)]).toEqual([[peerId], []])
    scenario.accept(one, peerId)
    scenario.commit(one, peerId)
    expect(scenario.holders(two)).toEqual([peerId])
  })

  test('is given up after too many nodes failed at it', () => {
    const scenario = new Scenario({ failuresMax: 2 })
    scenario.node('n1')
    scenario.submit(one, wasmTask())
    for (let failures = 0; failures < 3; failures++) {
      const [peerId] = scenario.holders(one)
      const leaseEpoch = scenario.epoch(one, peerId!)
      scenario.tell({
        type: 'run-failed',
        peerId: peerId!,
        taskId: one,
        leaseEpoch,
        reason: 'oom',
        code: null,
      })
      scenario.pass(10_000)
      scenario.heartbeat(peerId!)
    }
    expect(scenario.task(one)).toMatchObject({ state: 'failed' })
  })

  test('refuses what a node says under an older lease', () => {
    const scenario = new Scenario()
    const first = scenario.node('n1')
    scenario.submit(one, wasmTask())
    scenario.accept(one, first)
    scenario.pass(31_000)
    scenario.pass(10_000)
    scenario.heartbeat(first)
    expect(scenario.epoch(one, first)).toBe(2)
    const progress = { task_id: one, lease_epoch: 1, phase: 'running', percent: null, gas: null }
    const stale = scenario.tell({ type: 'progress-reported', peerId: first, progress } as never)
    expect(stale.reply).toMatchObject({ ok: false, code: 'LEASE_STALE' })
  })

  test('keeps its lease as long as its node reports', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    scenario.submit(one, wasmTask({ requirements: { max_execution_seconds: 600 } }))
    scenario.accept(one, peerId)
    for (let reports = 0; reports < 10; reports++) {
      scenario.pass(20_000)
      scenario.tell({
        type: 'progress-reported',
        peerId,
        progress: { task_id: one, lease_epoch: 1, phase: 'running', percent: null, gas: null },
      })
    }
    expect(scenario.holders(one)).toEqual([peerId])
    expect(scenario.epoch(one, peerId)).toBe(1)
  })

  test('cannot be held for longer than it may run', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    scenario.submit(one, wasmTask({ requirements: { max_execution_seconds: 60 } }))
    scenario.accept(one, peerId)
    for (let reports = 0; reports < 8; reports++) {
      scenario.pass(20_000)
      const progress = { task_id: one, lease_epoch: 1, phase: 'running', percent: null, gas: null }
      scenario.tell({ type: 'progress-reported', peerId, progress } as never)
    }
    expect(scenario.task(one).assignments[0]).toMatchObject({ state: 'lost', epoch: 1 })
  })

  test('is cancelled by its owner alone, and its node is told', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    scenario.submit(one, wasmTask())
    const cancel = { type: 'task-cancelled', taskId: one, reason: 'changed my mind' } as const
    expect(scenario.tell({ ...cancel, ownerId: ben }).reply).toMatchObject({ code: 'TASK_UNKNOWN' })
    expect(scenario.tell({ ...cancel, ownerId: ana }).reply.ok).toBe(true)
    expect(scenario.task(one)).toMatchObject({ state: 'cancelled', reason: 'changed my mind' })
    expect(scenario.wanted('withdraw-lease')).toMatchObject([{ peerId }])
    expect(scenario.tell({ ...cancel, ownerId: ana }).reply).toMatchObject({ code: 'CONFLICT' })
  })

  test('that breaks the policy is refused with the numbers', () => {
    const scenario = new Scenario()
    const task = wasmTask({ requirements: { max_execution_seconds: 3_600 } })
    expect(scenario.submit(one, task).reply).toEqual({
      ok: false,
      code: 'TASK_REFUSED',
      reason: 'may run 3600 seconds, at most 900',
    })
    expect(scenario.state.tasks.size).toBe(0)
  })

  test('comes out of the journal as it was', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    scenario.submit(one, wasmTask())
    scenario.run(one, peerId)
    const { assignments, ...task } = scenario.replayed().tasks.get(one)!
    const { assignments: expected, ...original } = scenario.task(one)
    expect({ ...task, demandKey: '' }).toEqual({ ...original, demandKey: '' })
    expect(assignments).toEqual(expected)
  })
})
