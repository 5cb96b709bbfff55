import { expect, test } from 'vitest'
import { addMask } from '../secure/masks.ts'
import { maskedMean } from './masked-mean.ts'

const fixedPoint = { fractionBits: 8 }
const seeds = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte))

/** Words of two nodes: each under a seed of its own, and one under what they share. */
function wordsOf(one: readonly number[], other: readonly number[]) {
  const words = [one, other].map((units) => Uint32Array.from(units))
  addMask(words[0]!, seeds[0]!, 1)
  addMask(words[1]!, seeds[1]!, 1)
  addMask(words[0]!, seeds[2]!, 1)
  addMask(words[1]!, seeds[2]!, -1)
  return words.map((each) => new Uint8Array(each.buffer))
}

async function* given(parts: readonly Uint8Array[]) {
  yield* parts
}

function layout(...lengths: readonly number[]) {
  const offsets = lengths.map((_, at) => lengths.slice(0, at).reduce((sum, each) => sum + each, 0))
  return lengths.map((length, at) => {
    const name = String.fromCharCode('z'.charCodeAt(0) - at)
    return { name, shape: [length], offset: offsets[at]!, length }
  })
}

const masks = [0, 1].map((at) => ({ seed: seeds[at]!, sign: 1 as const }))
const rule = { kind: 'masked-mean', masks, fixedPoint, nodes: 2 } as const

test('is exact, below zero too, though neither update can be read', async () => {
  const words = wordsOf([256, -512, 3], [256, -256, -4])
  expect(words[0]).not.toEqual(new Uint8Array(Uint32Array.of(256, -512, 3).buffer))
  const mean = await maskedMean(rule, given(words), layout(3))
  const change = Float64Array.of(1, -1.5, -1 / 512)
  expect(mean).toEqual({ ok: true, value: { change, updates: 2 } })
})

test('takes words wherever they lie in memory', async () => {
  const shifted = wordsOf([1, 2], [3, 4]).map((bytes) => {
    const room = new Uint8Array(bytes.length + 1)
    room.set(bytes, 1)
    return room.subarray(1)
  })
  const mean = await maskedMean(rule, given(shifted), layout(2))
  expect(mean).toMatchObject({ value: { change: Float64Array.of(2 / 256, 3 / 256) } })
})

test('is none where the words of one are of another size', async () => {
  const words = wordsOf([1, 2], [3, 4])
  for (const bad of [words[1]!.subarray(0, 4), words[1]!.subarray(0, 7)]) {
    expect(await maskedMean(rule, given([words[0]!, bad]), layout(2))).toMatchObject({
      code: 'INVALID',
    })
  }
})

test('has each number where the model has it, whatever its parameters are called', async () => {
  const words = wordsOf([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])
  // Two parameters: z has the first two numbers of the model, y is written first, and has three.
  const mean = await maskedMean(rule, given(words), layout(2, 3))
  const change = Float64Array.from([4, 5, 1, 2, 3], (units) => units / 256)
  expect(mean).toMatchObject({ value: { change } })
})
