import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts'

const checkpoint: Checkpoint = {
  step: 12,
  seed: null,
  weights: Float32Array.of(1, -2.5, 3e-8),
  slots: [Float32Array.of(4, 5, 6), new Float32Array(0)],
  earlyStop: { bestLoss: 0.25, looks: 2 },
}

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vcp-checkpoint-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('a checkpoint', () => {
  test('is read as it was written, and leaves no draft behind', async () => {
    const file = join(folder, 'deep', 'a.checkpoint')
    await writeCheckpoint(file, 'training', { ...checkpoint, step: 3 })
    await writeCheckpoint(file, 'training', checkpoint)
    expect(await readCheckpoint(file, 'training')).toEqual({ ok: true, value: checkpoint })
    expect(await readdir(join(folder, 'deep'))).toEqual(['a.checkpoint'])
  })

  test('is none where there is no file', async () => {
    const none = await readCheckpoint(join(folder, 'none'), 'training')
    expect(none).toEqual({ ok: true, value: null })
  })

  test('of another training is not taken up', async () => {
    const file = join(folder, 'a')
    await writeCheckpoint(file, 'training', checkpoint)
    expect(await readCheckpoint(file, 'other')).toMatchObject({ code: 'CONFLICT' })
  })

  test('with any byte changed, or cut off anywhere, is refused', async () => {
    const file = join(folder, 'a')
    await writeCheckpoint(file, 'training', checkpoint)
    const bytes = await readFile(file)
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1
      await writeFile(file, at % 2 === 0 ? changed : bytes.subarray(0, at))
      expect(await readCheckpoint(file, 'training')).toMatchObject({ code: 'INVALID' })
    }
  })
})
