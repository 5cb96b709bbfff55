import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readSafetensors, writeSafetensors } from './safetensors.ts'
import {
  decodeUpdate,
  encodeUpdate,
  type Parameter,
  type UpdateFormat,
  unitsOf,
  updateDigest,
  valuesOf,
} from './update-codec.ts'

const layout: readonly Parameter[] = [
  { name: 'w', shape: [30, 20] },
  { name: 'b', shape: [7] },
]
const count = 607
const values = Float64Array.from({ length: count }, (_, i) => Math.sin(i) / (1 + (i % 5)))
const formats: readonly UpdateFormat[] = [
  { kind: 'float32' },
  { kind: 'fixed', fixedPoint: { fractionBits: 24 } },
  { kind: 'int8' },
]

function encoded(format: UpdateFormat): Uint8Array {
  const bytes = encodeUpdate(format, layout, values)
  if (!bytes.ok) throw new Error(bytes.reason)
  return bytes.value
}

function withHeader(header: string, data: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(header)
  const file = new Uint8Array(8 + text.length + data.length)
  new DataView(file.buffer).setUint32(0, text.length, true)
  file.set(text, 8)
  file.set(data, 8 + text.length)
  return file
}

describe('an update', () => {
  test.each([
    ['float32', 6e-8],
    ['fixed', 2 ** -25],
    ['int8', 1 / 254],
  ] as const)('comes back from %s within its error', (kind, error) => {
    const format = formats.find((each) => each.kind === kind)!
    const bytes = encoded(format)
    const update = decodeUpdate(bytes, layout, updateDigest(bytes))
    if (!update.ok) throw new Error(update.reason)
    const back = valuesOf(update.value)
    expect(back.length).toBe(count)
    expect(Math.max(...back.map((value, i) => Math.abs(value - values[i]!)))).toBeLessThanOrEqual(
      error + 1e-9,
    )
    // One content, one encoding.
    expect(encoded(format)).toEqual(bytes)
  })

  test('is added in units without being copied, where it has them', () => {
    const update = decodeUpdate(encoded(formats[1]!), layout)
    if (!update.ok) throw new Error(update.reason)
    const units = unitsOf(update.value, { fractionBits: 24 })
    expect(units.ok && units.value[0]).toBe(update.value.parts[0])
    expect(unitsOf(update.value, { fractionBits: 20 })).toMatchObject({ code: 'INVALID' })
    const floats = decodeUpdate(encoded(formats[0]!), layout)
    if (!floats.ok) throw new Error(floats.reason)
    const converted = unitsOf(floats.value, { fractionBits: 24 })
    expect(converted.ok && converted.value[1]![3]).toBe(Math.round(values[603]! * 2 ** 24))
  })

  test('is read where it lies, at whatever address', () => {
    const bytes = encoded(formats[1]!)
    const shifted = new Uint8Array(bytes.length + 1)
    shifted.set(bytes, 1)
    const update = decodeUpdate(shifted.subarray(1), layout)
    expect(update).toEqual(decodeUpdate(bytes, layout))
  })

  test('is refused when it is not the one that was announced, or not of this model', () => {
    const bytes = encoded(formats[0]!)
    const other = updateDigest(new Uint8Array(1))
    expect(decodeUpdate(bytes, layout, other)).toMatchObject({ code: 'BLOB_CORRUPT' })
    expect(decodeUpdate(bytes, layout.slice(0, 1))).toMatchObject({ code: 'INVALID' })
    const turned = [{ name: 'w', shape: [20, 30] }, layout[1]!]
    expect(decodeUpdate(bytes, turned)).toMatchObject({ code: 'INVALID' })
    const renamed = [{ name: 'v', shape: [30, 20] }, layout[1]!]
    expect(decodeUpdate(bytes, renamed)).toMatchObject({ code: 'INVALID' })
  })

  test.each(formats)(
    'is neither written nor read as $kind with a number that is none',
    (format) => {
      const broken = values.slice()
      broken[5] = Number.NaN
      expect(encodeUpdate(format, layout, broken)).toMatchObject({ code: 'INVALID' })
      if (format.kind === 'fixed') return
      const bytes = encoded(format)
      const view = new DataView(bytes.buffer)
      const start = 8 + view.getUint32(0, true)
      view.setFloat32(start, Number.POSITIVE_INFINITY, true)
      expect(decodeUpdate(bytes, layout)).toMatchObject({ ok: false, code: 'INVALID' })
    },
  )

  test('is a refusal, never an exception, however its bytes are changed', () => {
    const sources = formats.map(encoded)
    fc.assert(
      fc.property(
        fc.nat(2),
        fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(3_000),
        (which, changes, length) => {
          const bytes = sources[which]!.slice(
            0,
            Math.max(1, sources[which]!.length - (length % 40)),
          )
          for (const [at, byte] of changes) bytes[at] = byte
          const update = decodeUpdate(bytes, layout)
          if (update.ok) expect(valuesOf(update.value).every(Number.isFinite)).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('safetensors', () => {
  const file = {
    metadata: { a: 'b' },
    tensors: [{ name: 'x', type: 'I8' as const, shape: [2], bytes: Uint8Array.of(1, 2) }],
  }
  const entry = (offsets: string, shape = '[2]') =>
    `{"__metadata__":{},"x":{"dtype":"I8","shape":${shape},"data_offsets":${offsets}}}`

  test('are written as the format says', () => {
    const bytes = writeSafetensors(file)
    const length = new DataView(bytes.buffer).getUint32(0, true)
    expect(length % 8).toBe(0)
    const header = new TextDecoder().decode(bytes.subarray(8, 8 + length))
    expect(JSON.parse(header)).toEqual({
      __metadata__: { a: 'b' },
      x: { dtype: 'I8', shape: [2], data_offsets: [0, 2] },
    })
    expect(readSafetensors(bytes)).toEqual({ ok: true, value: file })
  })

  test('come back with names that are numbers, and with many tensors', () => {
    const names = [
      '9',
      '10',
      '!',
      'w',
      '__proto__',
      ...Array.from({ length: 600 }, (_, i) => `p${i}`),
    ]
    const tensors = names.sort().map((name, i) => ({
      name,
      type: 'I8' as const,
      shape: [i % 3],
      bytes: new Uint8Array(i % 3).fill(i),
    }))
    const read = readSafetensors(writeSafetensors({ metadata: {}, tensors }))
    expect(read).toMatchObject({ ok: true })
    expect(read.ok && read.value.tensors).toEqual(tensors)
  })

  test.each([
    ['a file shorter than its length', Uint8Array.of(1, 2, 3), 'INVALID'],
    [
      'a header longer than the file',
      withHeader('{}', new Uint8Array(0)).subarray(0, 9),
      'INVALID',
    ],
    ['a header of four gigabytes', Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0), 'TOO_LARGE'],
    ['no JSON', withHeader('{"a":', new Uint8Array(0)), 'INVALID'],
    ['nesting without end', withHeader('['.repeat(900_000), new Uint8Array(0)), 'INVALID'],
    ['bytes outside', withHeader(entry('[1,3]'), Uint8Array.of(1, 2, 3)), 'INVALID'],
    ['bytes beyond the end', withHeader(entry('[0,2]'), Uint8Array.of(1)), 'INVALID'],
    ['bytes left over', withHeader(entry('[0,2]'), Uint8Array.of(1, 2, 3)), 'INVALID'],
    ['another size', withHeader(entry('[0,2]', '[3]'), Uint8Array.of(1, 2)), 'INVALID'],
    [
      'sizes whose product is none',
      withHeader(entry('[0,2]', `[${Array(8).fill(2 ** 31)}]`), Uint8Array.of(1, 2)),
      'INVALID',
    ],
    ['another spelling', withHeader(` ${entry('[0,2]')}`, Uint8Array.of(1, 2)), 'NOT_CANONICAL'],
    [
      'a name twice',
      withHeader(
        entry('[0,2]').replace('"x"', '"x":{"dtype":"I8","shape":[9],"data_offsets":[0,9]},"x"'),
        Uint8Array.of(1, 2),
      ),
      'NOT_CANONICAL',
    ],
  ])('are refused with %s', (_, bytes, code) => {
    expect(readSafetensors(bytes)).toMatchObject({ ok: false, code })
  })
})
