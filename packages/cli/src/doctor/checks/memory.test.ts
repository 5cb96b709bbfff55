import { describe, expect, test } from 'vitest'
import { examinationWith } from '../../testing/examination.ts'
import { memory } from './memory.ts'

describe('the memory', () => {
  test('that is enough is fine', async () => {
    const verdict = await memory.run(examinationWith())
    expect(verdict).toMatchObject({ status: 'ok', hint: null })
    expect(verdict.summary).toBe('23.1 GB are available, without swap')
  })

  test('below what is asked for is a warning', async () => {
    const verdict = await memory.run(examinationWith({ 'memory.free_mb_min': '1000000' }))
    expect(verdict.status).toBe('warning')
    expect(verdict.summary).toContain('memory.free_mb_min asks for 1000000 MB')
    expect(verdict.hint).toContain('lower memory.free_mb_min')
  })

  test('tells of the limit and of the swap', async () => {
    const examination = examinationWith()
    const gb = 2 ** 30
    const found = { limit_bytes: 2 * gb, swap_total_bytes: 4 * gb, swap_free_bytes: gb }
    const hardware = {
      ...examination.hardware,
      memory: { total_bytes: 16 * gb, available_bytes: gb, ...found },
    }
    const { summary } = await memory.run({ ...examination, hardware })
    expect(summary).toBe(
      '1.0 GB are available of the 2.0 GB that the cgroup allows, and 1.0 GB of 4.0 GB swap',
    )
  })

  test('that cannot be read is unknown', async () => {
    const examination = examinationWith()
    const found = { ...examination.hardware.memory, available_bytes: null }
    const hardware = { ...examination.hardware, memory: found }
    const verdict = await memory.run({ ...examination, hardware })
    expect(verdict.status).toBe('unknown')
    expect(verdict.hint).not.toBeNull()
  })
})
