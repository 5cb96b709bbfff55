import { VcpError } from '@vcp/protocol'
import { expect, test } from 'vitest'
import { type Patience, patiently } from './patience.ts'

function given(silenceMs = 2_000) {
  const waits: number[] = []
  let nowMs = 0
  const patience: Patience = {
    pace: {
      nowMs: () => nowMs,
      async wait(ms) {
        waits.push(ms)
        nowMs += ms
      },
    },
    silenceMs,
    onWait: () => undefined,
    chance: () => 1,
  }
  return { patience, waits }
}

const attempt = { isIdempotent: true, signal: new AbortController().signal }

function failing(times: number, error: VcpError) {
  let left = times
  return async () => {
    left -= 1
    if (left >= 0) throw error
    return 'done'
  }
}

const silent = new VcpError('COORDINATOR_UNREACHABLE')
const busy = new VcpError('RATE_LIMITED', { details: { retry_after_seconds: 30 } })

test('a silent coordinator is tried again, more and more rarely, for so long', async () => {
  const { patience, waits } = given()
  expect(await patiently(patience, attempt, failing(3, silent))).toBe('done')
  expect(waits).toEqual([100, 200, 400])
  const other = given()
  await expect(patiently(other.patience, attempt, failing(99, silent))).rejects.toBe(silent)
  expect(other.waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(2_000)
})

test('what would do harm twice is not sent twice into silence', async () => {
  const { patience, waits } = given()
  const once = { ...attempt, isIdempotent: false }
  await expect(patiently(patience, once, failing(1, silent))).rejects.toBe(silent)
  expect(waits).toEqual([])
  expect(await patiently(patience, once, failing(1, busy))).toBe('done')
})

test('a coordinator that names its time is given it, however often', async () => {
  const { patience, waits } = given(0)
  expect(await patiently(patience, attempt, failing(5, busy))).toBe('done')
  expect(waits).toEqual([30_000, 30_000, 30_000, 30_000, 30_000])
})

test('what was decided is not asked again', async () => {
  const { patience, waits } = given()
  const refused = new VcpError('TASK_REFUSED')
  await expect(patiently(patience, attempt, failing(1, refused))).rejects.toBe(refused)
  expect(waits).toEqual([])
})
