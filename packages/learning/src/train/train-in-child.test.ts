import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { compile } from '../compile/compile.ts'
import { encodeModel } from '../onnx/read-model.ts'
import { base, sectorModel, sectors, trainHere } from '../testing/training.ts'
import { decodeUpdate, valuesOf } from '../update/update-codec.ts'
import type { ChildOrder } from './child-messages.ts'
import { layoutOf } from './parameter-layout.ts'
import type { Progress } from './train.ts'
import {
  contributeInChild,
  examineInChild,
  predictInChild,
  probeInChild,
  trainInChild,
} from './train-in-child.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vcp-train-'))
  const { inputs, labels, count } = sectors(64)
  const points = inputs['x']!.data
  const rows = Array.from({ length: count }, (_, at) => {
    return `${points[2 * at]},${points[2 * at + 1]},${labels.data[at]}`
  })
  await writeFile(join(folder, 'data.csv'), ['a,b,sector', ...rows].join('\n'))
})
afterEach(() => rm(folder, { recursive: true }))

function order(changes: Partial<ChildOrder> = {}): ChildOrder {
  return {
    model: encodeModel(sectorModel),
    spec: { ...base, steps: 30, progressEvery: 1 },
    data: {
      format: 'csv',
      path: join(folder, 'data.csv'),
      delimiter: ',',
      inputs: { x: { fields: ['a', 'b'], type: 'float32' } },
      labels: { fields: ['sector'], type: 'int64' },
    },
    validation: null,
    weights: null,
    checkpointFile: null,
    dataBytesMax: 2 ** 24,
    ...changes,
  }
}

describe('a training in a child process', () => {
  test('comes to what it comes to here, after its self-test', async () => {
    let isTested = false
    const there = await trainInChild(order(), {
      onTested: ({ isPassed }) => {
        isTested = isPassed
      },
    })
    const here = await trainHere({ steps: 30, progressEvery: 1 })
    expect(there).toEqual(here.outcome)
    expect(isTested).toBe(true)
  })

  test('killed in the middle goes on from its checkpoint to the same end', async () => {
    const checkpointFile = join(folder, 'checkpoint')
    const spec = { ...base, steps: 400, progressEvery: 1, checkpointEvery: 1 }
    const stop = new AbortController()
    const first = await trainInChild(order({ spec, checkpointFile }), {
      signal: stop.signal,
      onProgress: ({ step }) => {
        if (step === 5) stop.abort()
      },
    })
    expect(first).toMatchObject({ code: 'INTERRUPTED' })
    await access(checkpointFile)

    const seen: Progress[] = []
    const second = await trainInChild(order({ spec, checkpointFile }), {
      onProgress: (progress) => seen.push(progress),
    })
    expect(seen[0]!.step).toBeGreaterThan(4)
    expect(second).toEqual((await trainHere({ steps: 400 })).outcome)
  })

  test('trains under privacy with noise of its own', async () => {
    const privacy = { samplingRate: 0.2, noiseMultiplier: 1, clipNorm: 1, stepsGranted: 3 }
    const spec = { ...base, steps: 3, seed: null, privacy }
    const [one, other] = [await trainInChild(order({ spec })), await trainInChild(order({ spec }))]
    if (!one.ok || !other.ok) expect.fail('a training was refused')
    expect(one.value.weights).not.toEqual(other.value.weights)
  })

  test('refuses what its parts refuse', async () => {
    const model = await trainInChild(order({ model: Uint8Array.of(1, 2, 3) }))
    expect(model).toMatchObject({ code: 'MODEL_INVALID' })
    const missing = { ...order().data, path: join(folder, 'none.csv') } as ChildOrder['data']
    expect(await trainInChild(order({ data: missing }))).toMatchObject({ code: 'INPUT_UNREADABLE' })
    const spec = { ...base, steps: 0 }
    expect(await trainInChild(order({ spec }))).toMatchObject({ code: 'INVALID' })
  })
})

describe('a contribution', () => {
  const fixed = { kind: 'fixed', fixedPoint: { fractionBits: 24 } } as const

  function lengthOf(bytes: Uint8Array): number {
    const layout = layoutOf(compiled().parameters)
    const update = decodeUpdate(bytes, layout)
    if (!update.ok) throw new Error(update.reason)
    return Math.hypot(...valuesOf(update.value))
  }

  function compiled() {
    const options = { mode: 'plain', loss: 'softmax-cross-entropy', batchSize: 8 } as const
    const graph = compile(sectorModel, options)
    if (!graph.ok) throw new Error(graph.reason)
    return graph.value
  }

  test.each([fixed, { kind: 'int8' } as const])(
    'is the change of the weights, no longer than it may be: $kind',
    async (format) => {
      const whole = await contributeInChild(order(), { format, clipNorm: null })
      const clipped = await contributeInChild(order(), { format, clipNorm: 0.01 })
      if (!whole.ok || !clipped.ok) expect.fail('a contribution was refused')
      expect(lengthOf(whole.value.update)).toBeGreaterThan(0.1)
      expect(lengthOf(clipped.value.update)).toBeLessThanOrEqual(0.01)
      expect(lengthOf(clipped.value.update)).toBeGreaterThan(0.0099)
    },
  )
})

describe('an examination', () => {
  test('finds that a training could be made, and makes no step of it', async () => {
    const seen: Progress[] = []
    const found = await examineInChild(order(), { onProgress: (progress) => seen.push(progress) })
    expect(found).toEqual({ ok: true, value: { parameters: 51 } })
    expect(seen).toEqual([])
  })

  test('finds data that does not fit the model', async () => {
    const { data } = order()
    const short = { ...data, inputs: { x: { fields: ['a'], type: 'float32' } } } as typeof data
    expect(await examineInChild(order({ data: short }))).toMatchObject({ code: 'DATASET_INVALID' })
  })

  test('takes the one input of the data for the one of a model, whatever their names', async () => {
    const { data } = order()
    const fields = { fields: ['a', 'b'], type: 'float32' }
    const renamed = { ...data, inputs: { points: fields } } as typeof data
    expect(await examineInChild(order({ data: renamed }))).toMatchObject({ ok: true })
  })
})

test('a machine is asked for its runtime in a process of its own', async () => {
  const value = { runtime: 'native', provider: 'cpu', reasons: [] }
  expect(await probeInChild()).toEqual({ ok: true, value })
})

describe('an accelerator that this machine has not', () => {
  const absent = process.platform === 'win32' ? 'coreml' : 'directml'

  test('is not taken for one, and the reason is told', async () => {
    const found = await probeInChild(absent)
    expect(found).toMatchObject({ ok: true, value: { runtime: 'native', provider: 'cpu' } })
    expect(found.ok && found.value.reasons).toEqual([expect.stringContaining(absent)])
  })

  test('gives way to the processor, with the very same result', async () => {
    const reasons: string[] = []
    const spec = { ...base, steps: 30, progressEvery: 1, provider: absent } as const
    const there = await trainInChild(order({ spec }), {
      onFallback: (reason) => reasons.push(reason),
    })
    expect(there).toEqual((await trainHere({ steps: 30, progressEvery: 1 })).outcome)
    expect(reasons).toEqual([expect.stringContaining(absent)])
  })

  test('is refused for the portable executor, which has none', async () => {
    const spec = { ...base, executor: 'portable', provider: absent } as const
    expect(await trainInChild(order({ spec }))).toMatchObject({ code: 'INVALID' })
  })
})

test('a model answers in plain onnxruntime what it was built for', async () => {
  const rows = { shape: [2, 2], data: Float32Array.of(1, 0, 0, 1) }
  const answers = await predictInChild(encodeModel(sectorModel), rows)
  if (!answers.ok) expect.fail(answers.reason)
  expect(answers.value.shape).toEqual([2, 3])
  expect(answers.value.data.every(Number.isFinite)).toBe(true)
  expect(await predictInChild(new Uint8Array(9), rows)).toMatchObject({ ok: false })
})
