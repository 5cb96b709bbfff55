import { describe, expect, test } from 'vitest'
import type { ModelProto } from '../onnx/messages.ts'
import { decodeModel, encodeModel } from '../onnx/read-model.ts'
import { groupNormCnn, lenet, mlp, SeededBuilder, transformer } from '../testing/models.ts'
import { createNumbers } from '../testing/numbers.ts'
import { bindGraph } from '../train/bound-graph.ts'
import { makeBatch, setBatch } from '../train/made-up-batch.ts'
import { nativeExecutor } from '../train/native-executor.ts'
import { layoutOf, weightsOf, withWeights } from '../train/parameter-layout.ts'
import { portableExecutor } from '../train/portable-executor.ts'
import { selfTest } from '../train/self-test.ts'
import { type CompileOptions, compile } from './compile.ts'
import { type LossName, losses } from './losses.ts'

const clipped: CompileOptions = { mode: 'clipped', loss: 'mean-squared-error', batchSize: 4 }

/** A model of one input [batch, ...shape] that ends with what `middle` makes. */
function modelOf(
  shape: readonly number[],
  middle: (b: SeededBuilder, x: string) => string,
): ModelProto {
  const b = new SeededBuilder(9)
  const x = b.input('x', 'float32', ['batch', ...shape])
  b.output(middle(b, b.node('Mul', [x, b.seeded(shape)])), ['batch', 'any'])
  return b.build()
}

function reasonOf(model: ModelProto, options: Partial<CompileOptions> = {}): string {
  const outcome = compile(model, { ...clipped, ...options })
  return outcome.ok ? 'compiled' : `${outcome.code}: ${outcome.reason}`
}

describe('a model that mixes examples', () => {
  test('by batch normalisation is told of GroupNormalization', () => {
    const model = modelOf([3], (b, x) => {
      const settings = [b.seeded([3]), b.seeded([3]), b.seeded([3]), b.seeded([3])]
      return b.node('BatchNormalization', [x, ...settings], { name: 'bn1' })
    })
    expect(reasonOf(model)).toBe(
      "MODEL_UNSUPPORTED: node 'bn1' (BatchNormalization): it mixes the examples of a batch, so " +
        'that no example has a gradient of its own: use GroupNormalization',
    )
  })

  test.each<[string, string, (b: SeededBuilder, x: string) => string]>([
    ['a sum', 'reduces over the batch', (b, x) => b.node('ReduceSum', [x, b.ints('a', [0])])],
    ['a softmax', 'along the batch', (b, x) => b.node('Softmax', [x], { attributes: { axis: 0 } })],
    ['a product', 'sums over the batch', (b, x) => b.node('MatMul', [b.node('Transpose', [x]), x])],
    [
      'a product with itself',
      'every example with every other',
      (b, x) => b.node('MatMul', [x, b.node('Transpose', [x])]),
    ],
    [
      'a pairing',
      'pairs examples with each other',
      (b, x) => {
        const sum = b.node('ReduceSum', [x, b.ints('a', [1])])
        return b.node('Add', [sum, b.node('Transpose', [sum])])
      },
    ],
    [
      'a choice',
      'picks examples out of the batch',
      (b, x) => b.node('Gather', [x, b.ints('i', [1, 0])], { attributes: { axis: 0 } }),
    ],
    [
      'a slice',
      'takes examples out of the batch',
      (b, x) => b.node('Slice', [x, b.ints('s', [1]), b.ints('e', [4]), b.ints('a', [0])]),
    ],
    [
      'a join',
      'joins along the batch',
      (b, x) => b.node('Concat', [x, x], { attributes: { axis: 0 } }),
    ],
    ['a reshape', 'no axis is left', (b, x) => b.node('Reshape', [x, b.ints('to', [2, -1])])],
    [
      'a weight for each place',
      'has a value for each place in the batch',
      (b, x) => b.node('Add', [x, b.seeded([4, 1])]),
    ],
    [
      'a normalisation',
      'normalises over the batch',
      (b, x) => {
        const attributes = { axis: 0 }
        return b.node('LayerNormalization', [x, b.seeded([4, 3])], { attributes })
      },
    ],
  ])('by %s is refused', (_, reason, middle) => {
    expect(reasonOf(modelOf([3], middle))).toContain(reason)
  })
})

describe('a model that cannot be trained', () => {
  test('names the node of an unknown operator and what to use', () => {
    const model = modelOf([3], (b, x) => b.node('Einsum', [x], { name: 'mix' }))
    expect(reasonOf(model)).toContain("node 'mix' (Einsum): use MatMul, Transpose and Reshape")
    const unknown = modelOf([3], (b, x) => b.node('Bernoulli', [x], { name: 'coin' }))
    expect(reasonOf(unknown)).toContain("node 'coin' (Bernoulli): this operator is not supported")
  })

  test('is told when it ends in what the loss contains', () => {
    const model = modelOf([3], (b, x) => b.node('Softmax', [x]))
    expect(reasonOf(model, { loss: 'softmax-cross-entropy' })).toContain('contains it already')
  })

  test('was exported for a fixed batch', () => {
    const model = modelOf([6], (b, x) => b.node('Reshape', [x, b.ints('to', [1, 2, 3])]))
    expect(reasonOf(model)).toContain('export it with a dynamic batch axis')
  })

  test('changes a parameter before it meets the data', () => {
    const model = modelOf([3], (b, x) => b.node('Add', [x, b.node('Exp', [b.seeded([3])])]))
    expect(reasonOf(model)).toContain("parameter 'w1' goes through it before it meets the data")
    expect(reasonOf(model, { frozen: ['w1'] })).toBe('compiled')
  })

  test('has a weight that does nothing', () => {
    const model = modelOf([3], (b, x) => {
      b.seeded([2])
      return x
    })
    expect(reasonOf(model)).toContain("depends on 'w1'")
  })

  test('is in training mode', () => {
    const model = modelOf([3], (b, x) => {
      const isTraining = { type: 'bool', shape: [], data: Uint8Array.of(1) } as const
      return b.node('Dropout', [x, '', b.tensor('training', isTraining)])
    })
    expect(reasonOf(model)).toContain('model.eval()')
  })

  test('uses names of ours', () => {
    const model = modelOf([3], (b, x) => b.node('Relu', [x], { outputs: ['vcp/mask'] }))
    expect(reasonOf(model)).toContain('which is ours')
  })
})

test('a model compiles or is refused, whatever bytes were changed', () => {
  const numbers = createNumbers(11)
  const models = [transformer(), groupNormCnn(), lenet(16, 2, [2, 2])].map(encodeModel)
  let compiled = 0
  for (let count = 0; count < 300; count++) {
    const changed = models[count % models.length]!.slice()
    for (let each = 0; each < 3; each++) {
      changed[numbers.below(Math.min(changed.length, 4000))] = numbers.below(256)
    }
    const decoded = decodeModel(changed)
    if (!decoded.ok) continue
    const outcome = compile(decoded.value, { ...clipped, loss: 'softmax-cross-entropy' })
    if (outcome.ok) compiled += 1
    else expect(['MODEL_INVALID', 'MODEL_UNSUPPORTED']).toContain(outcome.code)
  }
  expect(compiled).toBeGreaterThan(0)
})

describe('a compiled graph', () => {
  test.each([
    ['a dense model', mlp()],
    ['a LeNet', lenet(16, 2, [3, 4])],
    ['group normalisation as PyTorch exports it', groupNormCnn()],
    ['a transformer', transformer()],
    ['a transformer with tied weights', transformer(4, true)],
  ])('passes the self-test: %s', async (_, model) => {
    const report = await selfTest(model, {
      loss: 'softmax-cross-entropy',
      open: nativeExecutor(),
      reference: null,
    })
    if (!report.ok) expect.fail(report.reason)
    expect(report.value.checks.filter(({ worst, bound }) => !(worst <= bound))).toEqual([])
  })

  test.each(Object.keys(losses) as LossName[])('has the slope of the loss: %s', async (loss) => {
    const report = await selfTest(mlp([3, 4, 2]), { loss, open: nativeExecutor(), reference: null })
    if (!report.ok) expect.fail(report.reason)
    expect(report.value.isPassed).toBe(true)
  })

  test('agrees between the native and the portable executor', async () => {
    const report = await selfTest(groupNormCnn(), {
      loss: 'softmax-cross-entropy',
      open: nativeExecutor(),
      reference: portableExecutor,
    })
    if (!report.ok) expect.fail(report.reason)
    expect(report.value.checks.map(({ name }) => name)).toContain('agreement')
    expect(report.value.isPassed).toBe(true)
  })

  test('fails the self-test on a runtime that computes something else', async () => {
    const report = await selfTest(mlp(), {
      loss: 'softmax-cross-entropy',
      reference: null,
      // It gives the first weight's gradient one unit too much.
      open: async (model, feeds, fetches) => {
        const executor = await nativeExecutor()(model, feeds, fetches)
        const gradient = Object.entries(fetches).find(([name]) => name.includes('gradient'))!
        const run = async () => {
          await executor.run()
          gradient[1].data[0]! += 1
        }
        return { ...executor, run }
      },
    })
    if (!report.ok) expect.fail(report.reason)
    expect(report.value.isPassed).toBe(false)
  })

  test('does not divide by the norm of an example without a gradient', async () => {
    const { bound } = await boundTo(
      modelOf([2], (b, x) => b.node('Relu', [x])),
      'clipped',
    )
    bound.inputs['x']!.fill(0 as never)
    bound.labels.fill(0 as never)
    bound.mask.fill(1)
    bound.clipNorm[0] = 1
    await bound.executor.run()
    expect([...bound.norms]).toEqual([0, 0, 0, 0])
    expect([...bound.gradients]).toEqual([0, 0])
    await bound.close()
  })

  test('gives the plain gradient when nothing is clipped', async () => {
    const model = mlp()
    const [one, other] = [await boundTo(model, 'clipped'), await boundTo(model, 'plain')]
    for (const { bound, graph } of [one, other]) {
      setBatch(bound, makeBatch(graph, 5).masking(1))
      bound.clipNorm[0] = 1e6
      await bound.executor.run()
    }
    for (const [at, value] of one.bound.gradients.entries()) {
      expect(value).toBeCloseTo(other.bound.gradients[at]!, 5)
    }
    await one.bound.close()
    await other.bound.close()
  })

  test('is the same bytes when it is compiled again', () => {
    const [one, other] = [compile(transformer(), clipped), compile(transformer(), clipped)]
    expect(one.ok && other.ok && one.value.digest === other.value.digest).toBe(true)
  })

  test('ranks how it comes by norms by what they cost', () => {
    const outcome = compile(lenet(), { ...clipped, loss: 'softmax-cross-entropy' })
    if (!outcome.ok) expect.fail(outcome.reason)
    const weights = outcome.value.parameters.filter(({ shape }) => shape.length > 1)
    expect(weights.map(({ method }) => method)).toEqual([
      'per-example',
      'per-example',
      'rank-one',
      'rank-one',
      'rank-one',
    ])
  })
})

describe('trained weights', () => {
  test('go back into a model that any runtime runs', async () => {
    const model = mlp()
    const outcome = compile(model, { ...clipped, loss: 'softmax-cross-entropy' })
    if (!outcome.ok) expect.fail(outcome.reason)
    const layout = layoutOf(outcome.value.parameters)
    const weights = weightsOf(model, layout).map((weight) => weight + 1)
    const changed = withWeights(model, layout, weights)
    if (!changed.ok) expect.fail(changed.reason)
    expect(weightsOf(changed.value, layout)).toEqual(weights)
    expect(withWeights(model, layout, weights.slice(1))).toMatchObject({ code: 'INVALID' })
  })
})

async function boundTo(model: ModelProto, mode: 'clipped' | 'plain') {
  const outcome = compile(model, { ...clipped, mode })
  if (!outcome.ok) expect.fail(outcome.reason)
  const layout = layoutOf(outcome.value.parameters)
  const weights = weightsOf(model, layout)
  const bound = await bindGraph(outcome.value, layout, weights, nativeExecutor())
  return { bound, graph: outcome.value }
}
