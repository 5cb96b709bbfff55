import { expect, test } from 'vitest'
import { examinationWith } from '../../testing/examination.ts'
import { gpu } from './gpu.ts'

const examination = examinationWith({}, { dataDir: '/nowhere' })

test('no GPU is fine', async () => {
  const verdict = await gpu.run(examination)
  expect(verdict).toMatchObject({ status: 'ok', summary: 'there is none, and none is needed' })
})

test('GPUs are named, and what is not known of them is said', async () => {
  const gpus = [{ model: 'NVIDIA H200', vendor: 'NVIDIA', vram_bytes: 2 ** 37, driver: null }]
  const verdict = await gpu.run({ ...examination, hardware: { ...examination.hardware, gpus } })
  expect(verdict.summary).toBe('NVIDIA H200 (128.0 GB, driver unknown)')
})

test('a machine that does not answer is unknown, with the reason', async () => {
  const notes = ['gpus: no answer within 5 s']
  const hardware = { ...examination.hardware, gpus: null, notes }
  const verdict = await gpu.run({ ...examination, hardware })
  expect(verdict.status).toBe('unknown')
  expect(verdict.summary).toContain('(no answer within 5 s)')
  expect(verdict.hint).toContain('nvidia-smi')
})
