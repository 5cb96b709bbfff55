import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { writeNpz } from '../data/write-npz.ts'
import { encodeModel } from '../onnx/read-model.ts'
import { sectorModel } from '../testing/training.ts'
import { encodeUpdate } from '../update/update-codec.ts'
import { type Aggregator, createAggregator, type SizedBytes } from './aggregator.ts'
import type { AggregationOrder } from './aggregator-messages.ts'
import { planAggregation } from './plan-aggregation.ts'

const planned = planAggregation(sectorModel, 'softmax-cross-entropy')
if (!planned.ok) throw new Error(planned.reason)
const { layout } = planned.value
const length = layout.reduce((sum, place) => sum + place.length, 0)
const model = sized(encodeModel(sectorModel))

const order: AggregationOrder = {
  loss: 'softmax-cross-entropy',
  seed: null,
  spec: {
    rule: { kind: 'mean' },
    step: { kind: 'fedavg' },
    learningRate: 1,
    clipNorm: null,
    gates: null,
    weights: null,
    updatesMin: 1,
    updates: 2,
    bytesMax: 2 ** 28,
  },
}

function sized(bytes: Uint8Array): SizedBytes {
  return {
    length: bytes.length,
    file: null,
    async *read() {
      for (let at = 0; at < bytes.length; at += 1_000) yield bytes.subarray(at, at + 1_000)
    },
  }
}

function updateOf(value: number): SizedBytes {
  return sized(encodedUpdate(value))
}

function encodedUpdate(value: number): Uint8Array {
  const format = { kind: 'fixed', fixedPoint: { fractionBits: 24 } } as const
  const encoded = encodeUpdate(format, layout, new Float64Array(length).fill(value))
  if (!encoded.ok) throw new Error(encoded.reason)
  return encoded.value
}

let aggregator: Aggregator
afterEach(() => aggregator.close())

describe('an aggregator', () => {
  test('does tasks one after the other in its child, with the same bits each time', async () => {
    aggregator = createAggregator({ idleMs: 60_000 })
    const updates = [updateOf(0.01), updateOf(-0.02)]
    const input = { model, heldOut: null, moments: null, updates }
    const [one, other, examined] = await Promise.all([
      aggregator.aggregate(order, input),
      aggregator.aggregate(order, input),
      aggregator.examine({ loss: order.loss, isPrivate: true }, { model, heldOut: null }),
    ])
    if (!one.ok || !other.ok) throw new Error('it was refused')
    expect(one.value.model).toEqual(other.value.model)
    const parameters = layout.map(({ name, shape }) => ({ name, shape }))
    expect(examined).toEqual({ ok: true, value: { parameters, heldOut: null } })
  })

  test('goes on with a fresh child after a refusal left bytes in the pipe', async () => {
    aggregator = createAggregator({ idleMs: 60_000 })
    const broken = { model: sized(new Uint8Array(50).fill(7)), heldOut: null, moments: null }
    const refused = await aggregator.aggregate(order, { ...broken, updates: [updateOf(1)] })
    expect(refused).toMatchObject({ ok: false })
    const input = { model, heldOut: null, moments: null, updates: [updateOf(0), updateOf(0)] }
    expect(await aggregator.aggregate(order, input)).toMatchObject({ ok: true })
  })

  test('says so where a held-out set is none', async () => {
    aggregator = createAggregator({ idleMs: 60_000 })
    const examination = { loss: order.loss, isPrivate: false }
    const heldOut = sized(new Uint8Array(100))
    const refused = await aggregator.examine(examination, { model, heldOut })
    expect(refused).toMatchObject({ ok: false, code: 'DATASET_INVALID' })
    expect(refused).toHaveProperty('reason', expect.stringMatching(/^the held-out set: /))
  })

  test('measures on the held-out set that comes with a task, known or not', async () => {
    aggregator = createAggregator({ idleMs: 60_000 })
    const lossOn = async (label: bigint) => {
      const heldOut = sized(
        writeNpz({
          x: { shape: [1, 2], data: Float32Array.of(1, 0.5) },
          y: { shape: [1], data: BigInt64Array.of(label) },
        }),
      )
      const updates = [updateOf(0.01), updateOf(0.03)]
      const input = { model, heldOut, moments: null, updates }
      const outcome = await aggregator.aggregate(order, input)
      return outcome.ok ? outcome.value.loss : outcome.reason
    }
    const [first, again, other, firstAgain] = [
      await lossOn(0n),
      await lossOn(0n),
      await lossOn(1n),
      await lossOn(0n),
    ]
    expect(first).toBeTypeOf('number')
    expect([again, firstAgain]).toEqual([first, first])
    expect(other).not.toBe(first)
  })

  test('says so where bytes cannot be read', async () => {
    aggregator = createAggregator({ idleMs: 60_000 })
    const lost: SizedBytes = {
      length: 10,
      file: null,
      // biome-ignore lint/correctness/useYield: it fails before it has any.
      async *read() {
        throw new Error('the disk is gone')
      },
    }
    const input = { model, heldOut: null, moments: null, updates: [lost, updateOf(0)] }
    const refused = await aggregator.aggregate(order, input)
    expect(refused).toEqual({ ok: false, code: 'BLOB_UNAVAILABLE', reason: 'the disk is gone' })
  })

  test('reads what lies in files there, beside what does not', async () => {
    aggregator = createAggregator({ idleMs: 60_000 })
    const folder = mkdtempSync(join(tmpdir(), 'vcp-aggregator-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'update')
    writeFileSync(file, encodedUpdate(0.01))
    const inFile = { length: encodedUpdate(0.01).length, file }
    const rest = { model, heldOut: null, moments: null }
    const [fromFile, fromPipe] = [
      await aggregator.aggregate(order, { ...rest, updates: [updateOf(-0.02), inFile] }),
      await aggregator.aggregate(order, { ...rest, updates: [updateOf(-0.02), updateOf(0.01)] }),
    ]
    if (!fromFile.ok || !fromPipe.ok) throw new Error('it was refused')
    expect(fromFile.value.model).toEqual(fromPipe.value.model)

    truncateSync(file, 10)
    const short = await aggregator.aggregate(order, { ...rest, updates: [updateOf(0), inFile] })
    expect(short).toMatchObject({ ok: false, code: 'BLOB_UNAVAILABLE' })
    rmSync(file)
    const gone = await aggregator.aggregate(order, { ...rest, updates: [inFile, updateOf(0)] })
    expect(gone).toMatchObject({ ok: false, code: 'BLOB_UNAVAILABLE' })
  })

  test('is interrupted when it is closed', async () => {
    aggregator = createAggregator({ idleMs: 60_000 })
    const input = { model, heldOut: null, moments: null, updates: [updateOf(0), updateOf(0)] }
    const work = aggregator.aggregate(order, input)
    await aggregator.close()
    expect(await work).toMatchObject({ ok: false, code: 'INTERRUPTED' })
  })
})
