import { expect, test } from 'vitest'
import { examinationWith } from '../../testing/examination.ts'
import { policy } from './policy.ts'

test('an open profile takes any machine', async () => {
  const verdict = await policy.run(examinationWith({}))
  expect(verdict).toMatchObject({ status: 'ok', hint: null })
  expect(verdict.summary).toContain('under the profile open the hardware is enough for ')
})

test('a machine that fits nothing is a warning, with what it lacks', async () => {
  const verdict = await policy.run(examinationWith({ 'policy.profile': 'public' }))
  expect(verdict.status).toBe('warning')
  expect(verdict.summary).toContain('bandwidth is unknown, needs at least 100 Mbps')
  expect(verdict.hint).toContain('policy.profile open')
})

test('a machine whose memory is unknown is unknown', async () => {
  const examination = examinationWith({})
  const memory = { ...examination.hardware.memory, total_bytes: null, limit_bytes: null }
  const hardware = { ...examination.hardware, memory }
  const verdict = await policy.run({ ...examination, hardware })
  expect(verdict.status).toBe('unknown')
  expect(verdict.hint).toContain('vcp doctor --json')
})
