import { describe, expect, test } from 'vitest'
import { examinationWith } from '../../testing/examination.ts'
import { accelerator } from './accelerator.ts'

const absent = process.platform === 'win32' ? 'coreml' : 'directml'

describe('what models are trained with', () => {
  test('is the processor, unless something else is asked for', async () => {
    const verdict = await accelerator.run(examinationWith())
    expect(verdict).toMatchObject({
      status: 'ok',
      summary: 'models are trained with cpu, native',
      figures: { provider: 'cpu', reasons: [] },
    })
  })

  test('is the processor too where what is asked for is not there, with the reason', async () => {
    const verdict = await accelerator.run(examinationWith({ 'node.provider': absent }))
    expect(verdict.status).toBe('warning')
    expect(verdict.summary).toContain(`and not with ${absent}: ${absent}: `)
    expect(verdict.figures).toMatchObject({ wish: absent, provider: 'cpu' })
  })
})
