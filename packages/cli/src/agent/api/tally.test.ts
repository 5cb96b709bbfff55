import { type Offer, pass, type Report, refuse, type TaskId } from '@vcp/protocol'
import { expect, test } from 'vitest'
import type { Agent, AgentChange } from '../agent.ts'
import type { Effect } from '../core/effects.ts'
import type { Input } from '../core/inputs.ts'
import { eventOf } from './events.ts'
import { createTally } from './tally.ts'

const taskId = '01900000-0000-7000-8000-000000000001' as TaskId
const lease = { taskId, leaseEpoch: 1 }
const offer = { task_id: taskId, lease_epoch: 1, task: { task_type: 'computation' } } as Offer
const offered: Input = { type: 'offer-received', offer, needs: null }
const receipt = { report: 'signed', envelope: { type: 'receipt' }, output: null } as Report

function counted() {
  const ended = new Map<TaskId, object>()
  let listen = (_: AgentChange): void => undefined
  const agent = {
    state: { ended },
    onChange(listener: (change: AgentChange) => void) {
      listen = listener
      return () => undefined
    },
  } as unknown as Pick<Agent, 'state' | 'onChange'>
  const tally = createTally(agent)
  const change = (input: Input, effects: readonly Effect[] = [], atMs = 1) =>
    listen({ input, effects, atMs })
  return { tally, change, ended }
}

test('a tally counts what comes of offers, an offer that comes again once', () => {
  const { tally, change, ended } = counted()
  change(offered, [{ type: 'start-run', offer }])
  change(offered)
  ended.set(taskId, { leaseEpoch: 1, endedAtMs: 5, decline: { reason: 'busy' } })
  change(offered, [], 5)
  change(offered, [], 6)
  expect(tally.read()).toMatchObject({ accepted: 1, declined: { busy: 1 } })
})

test('a tally counts results as delivered once the coordinator has them', () => {
  const { tally, change } = counted()
  const sent: Effect = { type: 'send-report', reportId: 7, logKey: 'log', report: receipt }
  change({ type: 'reveal-asked', ...lease }, [sent])
  change({ type: 'report-settled', reportId: 6, answer: pass(null) })
  expect(tally.read().delivered).toBe(0)
  change({ type: 'report-settled', reportId: 7, answer: pass(null) })
  change({ type: 'report-settled', reportId: 8, answer: refuse('LEASE_STALE', 'over') })
  const end = { kind: 'failed', reason: 'no room', isOurs: true } as const
  change({ type: 'run-ended', ...lease, end })
  expect(tally.read()).toMatchObject({ delivered: 1, failed: 1, refused: { LEASE_STALE: 1 } })
})

test('an event names the lease, and says what is worth a line', () => {
  const settled: Input = { type: 'report-settled', reportId: 8, answer: refuse('INVALID', 'no') }
  expect(eventOf({ input: settled, effects: [], atMs: 3 })).toEqual({
    at_ms: 3,
    event: 'report-settled',
    task_id: null,
    lease_epoch: null,
    detail: { ok: false, code: 'INVALID' },
  })
  expect(eventOf({ input: offered, effects: [], atMs: 3 })).toMatchObject({
    task_id: taskId,
    lease_epoch: 1,
    detail: { task_type: 'computation' },
  })
  expect(eventOf({ input: { type: 'time-passed' }, effects: [], atMs: 3 })).toBeNull()
})
