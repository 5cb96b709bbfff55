import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { encodeModel } from '../onnx/read-model.ts'
import { base, sectorModel, sectors, trainHere } from '../testing/training.ts'
import type { ChildOrder } from './child-messages.ts'
import type { Progress } from './train.ts'
import { trainInChild } from './train-in-child.ts'

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
