import { expect, test } from 'vitest'
import { cidOf } from '../cid.ts'
import { blob, taskOf } from '../testing/samples.ts'
import { blobsNamedBy } from './named-blobs.ts'
import { taskTypes } from './task-type.ts'

const other = cidOf('raw', Uint8Array.of(1))

test.each(taskTypes)('a task of type %s names every CID that stands in it', (type) => {
  const task = taskOf(type)
  const inText = JSON.stringify(task).match(/\bbaf[a-z2-7]{56}\b/g) ?? []
  expect(new Set(blobsNamedBy(task))).toEqual(new Set(inText))
})

test('a blob that a task names twice is named once, and the optional ones are named too', () => {
  const call = { kind: 'wasi', stdin: blob }
  expect(blobsNamedBy(taskOf('wasm_execution', { inputs: { module: blob, call } }))).toEqual([blob])
  const files = {
    from: 'files',
    r1cs: blob,
    proving_key: blob,
    verification_key: blob,
    witness_generator: blob,
    public_order: [],
  }
  const inputs = { circuit: files, public_inputs: {}, private_inputs: other }
  expect(blobsNamedBy(taskOf('zk_proof', { inputs }))).toEqual([blob, other])
})
