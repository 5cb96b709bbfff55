import type { TaskProgress } from '@vcp/client'
import type { PeerId, TaskId } from '@vcp/protocol'
import { expect, test } from 'vitest'
import { describe as described } from './progress-line.ts'

const peerId = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN' as PeerId
const progress: TaskProgress = {
  taskId: '01900000-0000-7000-8000-000000000001' as TaskId,
  status: 'pending',
  reason: 'no node fits',
  level: null,
  nodes: [],
  wasOffered: true,
  setback: { peerId, kind: 'lost', code: 'budget_spent', reason: 'epsilon 8 of 8' },
  committed: 0,
  revealed: 0,
  output: null,
}

test('the line of a task says what it waits for, and what went wrong before', () => {
  expect(described(progress)).toBe(
    'pending · no node fits · 12D3…nXTN lost: budget spent, epsilon 8 of 8',
  )
  const setback = { peerId, kind: 'declined', code: 'busy', reason: null } as const
  expect(described({ ...progress, status: 'running', nodes: [peerId], setback })).toBe(
    'running on 12D3…nXTN · 12D3…nXTN declined: busy',
  )
  expect(described({ ...progress, status: 'completed', level: 'signed' })).toBe(
    'completed · signed',
  )
})
