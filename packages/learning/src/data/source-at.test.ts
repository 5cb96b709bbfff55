import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readDataset } from './open-dataset.ts'
import { pathsOf, type SourceWish, sourceAt, withLabels } from './source-at.ts'
import { writeNpz } from './write-npz.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vcp-source-'))
})
afterEach(() => rm(folder, { recursive: true }))

const nothing: SourceWish = { format: null, label: null, features: null, classes: null }

async function put(name: string, content: string | Uint8Array): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, content)
  return file
}

async function found(path: string, wish: Partial<SourceWish> = {}) {
  const source = await sourceAt(path, { ...nothing, ...wish })
  if (!source.ok) throw new Error(source.reason)
  const read = await readDataset(source.value, 2 ** 20)
  if (!read.ok) throw new Error(read.reason)
  const { count, inputs, labels } = read.value
  return { count, shape: inputs['x']?.shape, labels: Array.from(labels.data, Number) }
}

async function refusal(path: string, wish: Partial<SourceWish> = {}) {
  const source = await sourceAt(path, { ...nothing, ...wish })
  return source.ok ? null : source.reason
}

describe('what lies at a path is found', () => {
  test('in a table, all columns but the label, packed or not', async () => {
    const text = 'a, b,label\n1,2,0\n3,4,1\n'
    const expected = { count: 2, shape: [2], labels: [0, 1] }
    expect(await found(await put('t.csv', text))).toEqual(expected)
    expect(await found(await put('t.csv.gz', gzipSync(text)))).toEqual(expected)
    const wish = { label: 'a', features: ['label'] }
    expect(await found(await put('u.csv', text), wish)).toMatchObject({
      shape: [1],
      labels: [1, 3],
    })
  })

  test('in JSON lines, by the keys of the first', async () => {
    const file = await put('t.jsonl', '{"p":[1,2],"label":1}\n{"p":[3,4],"label":0}\n')
    expect((await sourceAt(file, nothing)).ok).toBe(true)
    expect(await refusal(await put('list.jsonl', '[1]\n'))).toContain('JSON object')
  })

  test('in an NPZ archive, x and y', async () => {
    const arrays = {
      x: { shape: [2, 3], data: new Float32Array(6) },
      y: { shape: [2], data: BigInt64Array.of(1n, 0n) },
    }
    const file = await put('t.npz', writeNpz(arrays))
    expect(await found(file)).toEqual({ count: 2, shape: [3], labels: [1, 0] })
    const source = await sourceAt(file, nothing)
    expect(source.ok && pathsOf(source.value)).toEqual([file])
  })

  test('in a folder, two IDX files or nothing that is known', async () => {
    const pixels = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 255, 0)
    await put('t10k-images-idx3-ubyte', pixels)
    expect(await refusal(folder)).toContain('no pair of IDX files')
    await put('t10k-labels-idx1-ubyte', Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7))
    expect(await found(folder)).toEqual({ count: 1, shape: [1, 2], labels: [7] })
    await mkdir(join(folder, 'empty', 'cats'), { recursive: true })
    expect(await refusal(join(folder, 'empty'))).toContain('no folders of PNG or JPEG images')
  })
})

describe('what cannot be is refused', () => {
  test.each([
    ['a label that is no column', { label: 'c' }, "no column 'c'"],
    ['a feature that is the label', { features: ['label'] }, 'is the label'],
    ['a feature that is no column', { features: ['z'] }, "no column 'z'"],
  ])('%s', async (_, wish, reason) => {
    expect(await refusal(await put('t.csv', 'a,b,label\n1,2,0\n'), wish)).toContain(reason)
  })

  test('nothing but labels, and a name that says no format', async () => {
    expect(await refusal(await put('t.csv', 'label\n1\n'))).toContain('nothing but labels')
    expect(await refusal(await put('t.bin', 'x'))).toContain('does not say its format')
    expect(await refusal(join(folder, 'none.csv'))).toContain('ENOENT')
  })
})

test('labels of a table are of the type that is asked for, those of a file stay', async () => {
  const table = await sourceAt(await put('t.csv', 'a,label\n1,0.5\n'), nothing)
  const arrays = await sourceAt(await put('t.npz', new Uint8Array(1)), nothing)
  if (!table.ok || !arrays.ok) throw new Error('no source')
  expect(await readDataset(table.value, 2 ** 20)).toMatchObject({ code: 'DATASET_INVALID' })
  expect((await readDataset(withLabels(table.value, 'float32'), 2 ** 20)).ok).toBe(true)
  expect(withLabels(arrays.value, 'float32')).toBe(arrays.value)
})
