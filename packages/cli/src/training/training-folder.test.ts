import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nameBlob, prepareTask } from '@vcp/client'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../testing/host.ts'
import { beginFolder, openFolder } from './training-folder.ts'

const model = nameBlob(Buffer.from('a model'))
const prepared = prepareTask(
  {
    task_type: 'federated_learning',
    inputs: {
      model: model.cid,
      loss: 'mse',
      dataset: 'points',
      rounds: 1,
      local_steps: 1,
      batch_size: 1,
      learning_rate: 1,
      privacy: null,
    },
  },
  { blobs: [model] },
)

test('a folder holds all that it takes to come back, also to what was never sent', () => {
  const path = join(temporaryFolder(), 'training')
  beginFolder(path, 'http://127.0.0.1:1', prepared).keepModel(3, Buffer.from('third'))
  const again = openFolder(path)
  expect(again.prepared).toEqual(prepared)
  expect(again.url).toBe('http://127.0.0.1:1')
  expect([again.hasModel(2), again.hasModel(3)]).toEqual([false, true])
  expect(readFileSync(join(path, 'round-00003.onnx'), 'utf8')).toBe('third')
  expect(existsSync(join(path, 'round-00003.onnx.part'))).toBe(false)
})

test('a folder with something in it is not begun in, and one without a training not opened', () => {
  const path = temporaryFolder()
  expect(() => openFolder(path)).toThrow(/there is no training in/)
  writeFileSync(join(path, 'mine'), 'x')
  expect(() => beginFolder(path, 'http://127.0.0.1:1', prepared)).toThrow(/is not empty/)
  writeFileSync(join(path, 'training.json'), '{')
  expect(() => openFolder(path)).toThrow(/is damaged/)
})
