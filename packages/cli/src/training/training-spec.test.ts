import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeModel, ModelBuilder } from '@vcp/learning'
import { cidOf } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../testing/host.ts'
import { readTraining } from './training-spec.ts'

function modelBytes(operator = 'Relu'): Uint8Array {
  const b = new ModelBuilder()
  const x = b.input('point', 'float32', ['batch', 2])
  const scores = b.node('MatMul', [x, b.weight('w', [2, 3], [0, 0, 0, 0, 0, 0])])
  b.output(b.node(operator, [scores], { name: 'last' }), ['batch', 3])
  return encodeModel(b.build())
}

const plain = `
model: model.onnx
loss: softmax_cross_entropy
dataset: points
rounds: 5
local_steps: 10
batch_size: 20
learning_rate: 0.1
privacy: none
`

function written(text: string, model = modelBytes()): string {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'model.onnx'), model)
  const file = join(folder, 'train.yaml')
  writeFileSync(file, text)
  return file
}

describe('a training that somebody wrote down', () => {
  test('is a task with its model beside it', async () => {
    const { task, blobs } = await readTraining(written(plain))
    const model = cidOf('raw', modelBytes())
    expect(task.inputs).toMatchObject({ model, rounds: 5, privacy: null, strategy: 'fedavg' })
    expect(blobs.map(({ cid }) => cid)).toEqual([model])
  })

  test('asks for nodes, a reward and a privacy of everyday words', async () => {
    const privacy = 'privacy: { preset: standard, noise_multiplier: 2 }'
    const more = 'nodes: { min: 3, target: 5 }\nreward: 1.5\nrequirements: { regions: [eu] }\n'
    const { task } = await readTraining(written(plain.replace('privacy: none', privacy) + more))
    expect(task.inputs.updates_min).toBe(3)
    expect(task.requirements).toMatchObject({ min_nodes: 5, regions: ['eu'] })
    expect(task.reward_micro).toBe(1_500_000)
    const budget = { epsilon: 1, delta: 1e-5 }
    expect(task.inputs.privacy).toMatchObject({ budget, noise_multiplier: 2, unit: 'example' })
  })

  test.each([
    ['rounds: 5', 'runds: 5', /did you mean rounds/],
    ['privacy: none', '', /privacy/],
    ['privacy: none', 'privacy: lax', /privacy/],
    ['rounds: 5', 'rounds: 0', /rounds/],
    ['model: model.onnx', 'model: other.onnx', /cannot be read/],
    ['rounds: 5', 'rounds: 5\nnodes: { min: 3, target: 2 }', /target is less than min/],
    ['rounds: 5', 'rounds: 5\nschema: { inputs: { point: [3] } }', /input point as 3.*it is 2/],
    ['rounds: 5', 'rounds: 5\nschema: { inputs: {}, classes: 4 }', /4 classes.*output 3/],
  ])('with %j as %j is refused, and told why', async (was, is, reason) => {
    await expect(readTraining(written(plain.replace(was, is)))).rejects.toThrow(reason)
  })

  test('with a model that cannot be trained is refused here, by the name of the node', async () => {
    const file = written(plain, modelBytes('Softmax'))
    await expect(readTraining(file)).rejects.toThrow(/last.*the loss.*contains it already/)
  })
})
