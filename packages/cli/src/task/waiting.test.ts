import { type TaskId, VcpError } from '@vcp/protocol'
import { expect, test } from 'vitest'
import type { ProgressLine } from './progress-line.ts'
import { waitFor } from './waiting.ts'

const taskId = '01900000-0000-7000-8000-000000000001' as TaskId
const line: ProgressLine = {
  task: () => undefined,
  uploading: () => undefined,
  say: () => undefined,
  end: () => undefined,
}
const never = new AbortController().signal

/** A wait whose time is over, and what ended with it. */
async function overdue(stop = never) {
  const wait = waitFor(line, stop, 0.001)
  const signal = wait.approach.signal!
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  return { ...wait, reason: signal.reason as unknown }
}

test('whose time is over before the task was taken says so, and how to come back', async () => {
  const { unsent, left, reason } = await overdue()
  const hint = expect.stringContaining(`vcp task watch ${taskId}`)
  expect(unsent(reason, taskId)).toMatchObject({ code: 'TASK_TIMEOUT', hint })
  expect(left(reason, taskId)).toMatchObject({ code: 'TASK_TIMEOUT', hint })
})

test('that ends by something else says what it was', async () => {
  const refused = new VcpError('TASK_REFUSED')
  const { unsent, left } = waitFor(line, never, 60)
  expect([unsent(refused, taskId), left(refused, taskId)]).toEqual([refused, refused])
  const stopped = await overdue(AbortSignal.abort(new VcpError('INTERRUPTED')))
  expect(stopped.left(stopped.reason, taskId)).toMatchObject({ code: 'INTERRUPTED' })
})
