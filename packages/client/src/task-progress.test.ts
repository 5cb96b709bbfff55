import type { LedgerEvent, PeerId, TaskId } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { afterEvent, type TaskProgress } from './task-progress.ts'

const taskId = '01900000-0000-7000-8000-000000000001' as TaskId
const [ana, ben] = ['ana', 'ben'] as unknown as [PeerId, PeerId]
const before: TaskProgress = {
  taskId,
  status: 'running',
  reason: null,
  level: null,
  nodes: [ana, ben],
  wasOffered: true,
  setback: null,
  committed: 0,
  revealed: 0,
  output: null,
}
const lease = { task_id: taskId, lease_epoch: 1 }

describe('how far a task is', () => {
  test('says why a node declined it', () => {
    const declined = { type: 'assignment-declined', ...lease, peer_id: ana, reason: 'busy' }
    expect(afterEvent(before, declined as LedgerEvent)).toEqual({
      ...before,
      nodes: [ben],
      setback: { peerId: ana, kind: 'declined', code: 'busy', reason: null },
    })
  })

  test('says why a node lost it, with the code where there is one', () => {
    const ended = { type: 'assignment-ended', ...lease, peer_id: ana, state: 'lost' }
    const spent = { ...ended, reason: 'epsilon 8 of 8', code: 'budget_spent' }
    expect(afterEvent(before, spent as LedgerEvent).setback).toEqual({
      peerId: ana,
      kind: 'lost',
      code: 'budget_spent',
      reason: 'epsilon 8 of 8',
    })
    const silent = { ...ended, reason: 'it was not heard of' }
    expect(afterEvent(before, silent as LedgerEvent).setback).toMatchObject({ code: null })
  })

  test('keeps what went wrong where a lease is only taken back', () => {
    const setback = { peerId: ben, kind: 'lost', code: null, reason: 'gone' } as const
    const withdrawn = { type: 'assignment-ended', ...lease, peer_id: ana, state: 'withdrawn' }
    const event = { ...withdrawn, reason: 'the task was cancelled' } as LedgerEvent
    expect(afterEvent({ ...before, setback }, event)).toMatchObject({ nodes: [ben], setback })
  })
})
