import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readDataset } from './open-dataset.ts'
import { writeNpz } from './write-npz.ts'

test('an archive is read as it was written, and written the same each time', async () => {
  const arrays = {
    x: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    y: { shape: [2], data: BigInt64Array.of(7n, 8n) },
  }
  const folder = mkdtempSync(join(tmpdir(), 'vcp-npz-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'a.npz')
  writeFileSync(file, writeNpz(arrays))
  expect(writeNpz(arrays)).toEqual(writeNpz(arrays))
  const inputs = { x: { path: `${file}:x` } }
  const labels = { path: `${file}:y` }
  expect(await readDataset({ format: 'npy', inputs, labels }, 1_000)).toEqual({
    ok: true,
    value: {
      count: 2,
      inputs: { x: { type: 'float32', shape: [3], data: arrays.x.data } },
      labels: { type: 'int64', shape: [], data: arrays.y.data },
    },
  })
})
