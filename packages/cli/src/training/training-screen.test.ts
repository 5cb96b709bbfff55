import type { TaskInfo } from '@vcp/protocol'
import { expect, test } from 'vitest'
import type { Context } from '../command.ts'
import { recordedRounds } from '../dashboard/testing/recorded-node.ts'
import { hostOf } from '../testing/host.ts'
import { trainingScreen } from './training-screen.ts'

const [first] = recordedRounds
const task = { status: 'running', reason: null } as TaskInfo

/** Lines of what is drawn of 20 rounds in a window of so many rows. */
function drawnIn(rows: number): readonly string[] {
  const { host, written } = hostOf({})
  const terminal = { ...host.terminal, isInteractive: true, rows }
  const rounds = Array.from({ length: 20 }, (_, i) => ({
    ...first!,
    ...{ number: i + 1, state: 'finalised', loss: 1, accuracy: 0.5, epsilon_spent: 1 },
  })) as typeof recordedRounds
  const context = { host: { ...host, terminal }, json: false } as Context
  trainingScreen(context).show({ task, rounds })
  return written.err.split('\n')
}

test.each([
  [10, []],
  [24, ['loss']],
  [40, ['loss', 'accuracy']],
  [60, ['loss', 'accuracy', 'epsilon']],
])('a training fits a window of %i rows, its newest rounds before its plots', (rows, plots) => {
  const lines = drawnIn(rows)
  expect(lines.length).toBeLessThanOrEqual(rows)
  expect(lines[0]).toBe('running, 20 rounds done')
  expect(lines.some((line) => line.startsWith('20  '))).toBe(true)
  expect(lines.filter((line) => /^(loss|accuracy|epsilon)$/.test(line))).toEqual(plots)
})
