import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DataForm } from './dataset.ts'
import { openDataset } from './open-dataset.ts'
import { DataSource } from './sources.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vcp-data-'))
})
afterEach(() => rm(folder, { recursive: true }))

const form: DataForm = {
  inputs: [{ name: 'x', type: 'float32', shape: [1, 2], below: null }],
  labels: { name: 'labels', type: 'int64', shape: [1] },
  output: { name: 'y', type: 'float32', shape: [1, 3] },
}

async function put(name: string, content: string | Uint8Array): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, content)
  return file
}

async function open(source: unknown, given = form, bytesMax = 2 ** 20) {
  return openDataset(DataSource.parse(source), given, bytesMax)
}

async function contentOf(source: unknown, given = form) {
  const outcome = await open(source, given)
  if (!outcome.ok) expect.fail(`${outcome.code}: ${outcome.reason}`)
  const { count, inputs, labels } = outcome.value
  return {
    count,
    x: Array.from(inputs['x']!.data, Number),
    labels: Array.from(labels.data, Number),
  }
}

async function reasonOf(source: unknown, given = form, bytesMax = 2 ** 20) {
  const outcome = await open(source, given, bytesMax)
  return outcome.ok ? 'opened' : `${outcome.code}: ${outcome.reason}`
}

describe('a CSV file', () => {
  const csv = (path: string, more: object = {}) => ({
    format: 'csv',
    path,
    inputs: { x: { fields: ['a', 'b'] } },
    labels: { fields: ['kind'] },
    ...more,
  })

  test('is read by the names of its columns, quotes and gzip included', async () => {
    const text = 'kind,"b","a",note\r\n2,0.5,1,"x, ""y""\n z"\r\n\r\n0,-1e3, 2,\r\n'
    const expected = { count: 2, x: [1, 0.5, 2, -1000], labels: [2, 0] }
    expect(await contentOf(csv(await put('a.csv', text)))).toEqual(expected)
    expect(await contentOf(csv(await put('b.csv.gz', gzipSync(text))))).toEqual(expected)
  })

  test('names classes and scales', async () => {
    const path = await put('a.csv', 'a;b;kind\n3;5;dog\n1;1;cat\n')
    const source = csv(path, {
      delimiter: ';',
      inputs: { x: { fields: ['a', 'b'], scaling: { mean: 1, deviation: 2 } } },
      labels: { fields: ['kind'], classes: ['cat', 'dog'] },
    })
    expect(await contentOf(source)).toEqual({ count: 2, x: [1, 2, 0, 0], labels: [1, 0] })
  })

  test.each([
    ['a cell that is no number', 'a,b,kind\n1,x,0\n', "row 2: 'b' is not a number"],
    ['an empty cell', 'a,b,kind\n1,,0\n', "row 2: 'b' is not a number"],
    ['infinity', 'a,b,kind\n1,Infinity,0\n', "'b' is not a number"],
    ['a short row', 'a,b,kind\n1,0\n', 'row 2 has 2 cells, the header 3'],
    ['a missing column', 'a,c,kind\n1,2,0\n', "no column 'b'"],
    ['an open quote', 'a,b,kind\n1,"2,0\n', 'ends within a quoted cell'],
    ['a label out of range', 'a,b,kind\n1,2,3\n', 'label 3 of row 1: 3 classes'],
    ['a label that is not whole', 'a,b,kind\n1,2,0.5\n', '0.5 is not whole'],
    ['no rows', 'a,b,kind\n', 'there are no examples'],
  ])('with %s is refused', async (_, text, reason) => {
    expect(await reasonOf(csv(await put('a.csv', text)))).toContain(reason)
  })

  test('that would take more memory than it may is refused', async () => {
    const text = `a,b,kind\n${'1,2,0\n'.repeat(2000)}`
    const path = await put('a.csv', text)
    expect(await reasonOf(csv(path), form, 10_000)).toContain('TOO_LARGE')
  })

  test('that is not there, or not the gzip file it begins as, is refused', async () => {
    expect(await reasonOf(csv(join(folder, 'none')))).toContain('INPUT_UNREADABLE')
    const path = await put('a.csv', Uint8Array.of(0x1f, 0x8b, 1, 2, 3))
    expect(await reasonOf(csv(path))).toContain('INPUT_UNREADABLE')
  })
})

describe('JSON lines', () => {
  const lines = (path: string) => ({
    format: 'jsonl',
    path,
    inputs: { x: { fields: ['at'], shape: [2] } },
    labels: { fields: ['kind'], classes: ['no', 'yes'] },
  })

  test('are read with lists of numbers', async () => {
    const path = await put('a', '{"at":[[1],[2]],"kind":"yes"}\n\n{"at":[3,4],"kind":"no"}')
    expect(await contentOf(lines(path))).toEqual({ count: 2, x: [1, 2, 3, 4], labels: [1, 0] })
  })

  test.each([
    ['{"at":[1],"kind":"yes"}', 'line 1 has 1 numbers for a tensor of [2]'],
    ['{"at":[1,"2"],"kind":"yes"}', 'holds something that is not a number'],
    ['{"at":[1,2],"kind":"maybe"}', 'none of the classes'],
    ['{"at":[1,2]}', "no field 'kind'"],
    ['{"at":', 'is not JSON'],
    ['[1]', 'is no object'],
  ])('with %s are refused', async (text, reason) => {
    expect(await reasonOf(lines(await put('a', text)))).toContain(reason)
  })
})

function npy(descr: string, shape: string, data: Uint8Array): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117)
  const start = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0)
  return Buffer.concat([start, Buffer.from(`${header}\n`), data])
}

const points = npy('<f4', '(2, 2)', new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer))
const kinds = npy('<i8', '(2,)', new Uint8Array(BigInt64Array.of(2n, 1n).buffer))

describe('NumPy arrays', () => {
  const arrays = (x: string, labels: string) => ({
    format: 'npy',
    inputs: { x: { path: x } },
    labels: { path: labels },
  })

  test('are read from files of their own', async () => {
    const source = arrays(await put('x.npy', points), await put('y.npy', kinds))
    expect(await contentOf(source)).toEqual({ count: 2, x: [1, 2, 3, 4], labels: [2, 1] })
  })

  test('are read from an archive, stored or deflated', async () => {
    for (const isDeflated of [false, true]) {
      const path = await put('a.npz', zipOf({ 'x.npy': points, 'y.npy': kinds }, isDeflated))
      const source = arrays(`${path}:x`, `${path}:y`)
      expect(await contentOf(source)).toEqual({ count: 2, x: [1, 2, 3, 4], labels: [2, 1] })
      expect(await reasonOf(arrays(`${path}:z`, `${path}:y`))).toContain('there is no z.npy')
    }
  })

  test('of bytes are whole numbers, or scaled', async () => {
    const bytes = npy('|u1', '(2, 2)', Uint8Array.of(0, 255, 51, 102))
    const [x, labels] = [await put('x.npy', bytes), await put('y.npy', kinds)]
    expect(await reasonOf(arrays(x, labels))).toContain("input 'x' is int64")
    const scaling = { mean: 0, deviation: 255 }
    const source = { ...arrays(x, labels), inputs: { x: { path: x, scaling } } }
    const { x: values } = await contentOf(source)
    expect(values[1]).toBe(1)
    expect(values[2]).toBeCloseTo(0.2, 6)
  })

  test('that are cut off, huge, objects or of another order are refused', async () => {
    const labels = await put('y.npy', kinds)
    const reason = async (bytes: Uint8Array) => reasonOf(arrays(await put('x.npy', bytes), labels))
    expect(await reason(points.subarray(0, -1))).toContain('ends too early')
    expect(await reason(npy('<f4', '(99999999999,)', new Uint8Array(4)))).toContain('TOO_LARGE')
    expect(await reason(npy('|O', '(1,)', new Uint8Array(8)))).toContain('type |O')
    const fortran = Buffer.from(points).toString('latin1').replace('False', 'True ')
    expect(await reason(Buffer.from(fortran, 'latin1'))).toContain('Fortran order')
    expect(await reason(npy('<f4', '(1, 2)', new Uint8Array(8)))).toContain('same number')
  })

  test('in an archive that unpacks to more than it claims are refused', async () => {
    const bomb = zipOf({ 'x.npy': new Uint8Array(100_000) }, true, 100)
    const path = await put('a.npz', bomb)
    expect(await reasonOf(arrays(`${path}:x`, `${path}:x`))).toContain('does not unpack')
  })
})

/** `claimed` is what the directory says of the size. */
function zipOf(
  files: Readonly<Record<string, Uint8Array>>,
  isDeflated: boolean,
  claimed?: number,
): Uint8Array {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, content] of Object.entries(files)) {
    const packed = isDeflated ? deflateRawSync(content) : content
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(isDeflated ? 8 : 0, 4)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(claimed ?? content.length, 18)
    fields.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed])
    const entry = Buffer.alloc(46)
    entry.write('PK\x01\x02', 'latin1')
    fields.copy(entry, 6)
    entry.writeUInt32LE(offset, 42)
    locals.push(local)
    directory.push(entry, Buffer.from(name))
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(Object.keys(files).length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, central, end])
}

describe('IDX files', () => {
  const idx = (images: string, labels: string) => ({ format: 'idx', input: 'x', images, labels })
  const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 51, 0)
  const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 2, 0)

  test('are read as they are published', async () => {
    const source = idx(await put('i.gz', gzipSync(images)), await put('l', labels))
    const content = await contentOf(source)
    expect(content.labels).toEqual([2, 0])
    expect(content.x.map((value) => Math.round(value * 100))).toEqual([0, 100, 20, 0])
  })

  test.each([
    ['another magic number', Uint8Array.of(1, ...images.subarray(1)), 'is not an IDX file'],
    ['too few bytes', images.subarray(0, -1), 'ends too early'],
    ['too many bytes', Uint8Array.of(...images, 1), 'longer than its header says'],
    ['other elements', Uint8Array.of(0, 0, 13, ...images.subarray(3)), 'type 13'],
  ])('with %s are refused', async (_, bytes, reason) => {
    const source = idx(await put('i', bytes), await put('l', labels))
    expect(await reasonOf(source)).toContain(reason)
  })
})

test('integers that are looked up stay below the rows of their table', async () => {
  const tokens: DataForm = {
    ...form,
    inputs: [{ name: 'x', type: 'int64', shape: [1, 2], below: 7 }],
  }
  const source = (text: string) =>
    put('t.jsonl', text).then((path) => ({
      format: 'jsonl',
      path,
      inputs: { x: { fields: ['t'], shape: [2], type: 'int64' } },
      labels: { fields: ['k'] },
    }))
  expect(await reasonOf(await source('{"t":[0,6],"k":1}'), tokens)).toBe('opened')
  expect(await reasonOf(await source('{"t":[0,7],"k":1}'), tokens)).toContain(
    'its table has 7 rows',
  )
})
