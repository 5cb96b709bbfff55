import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { propertyRuns } from '../testing/property.ts'
import { createFrameReader, encodeFrame, type Frame, type FrameFault } from './frame.ts'

function bytesOf(...frames: Parameters<typeof encodeFrame>[]): Uint8Array {
  return Buffer.concat(frames.flatMap(([header, blobs]) => encodeFrame(header, blobs)))
}

function read(chunks: readonly Uint8Array[], bytesMax = 1_000_000) {
  const frames: Frame[] = []
  const reader = createFrameReader(
    () => bytesMax,
    (frame) => frames.push(frame) > 0,
  )
  let fault: FrameFault | null = null
  for (const chunk of chunks) fault ??= reader.push(chunk)
  return { frames, fault }
}

/** Cuts bytes into pieces of the given sizes, over and over. */
function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const size = sizes[chunks.length % sizes.length]!
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return chunks
}

/** A frame by hand: the outer length, and what follows it. */
function raw(length: number, rest: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + rest.length)
  new DataView(bytes.buffer).setUint32(0, length, true)
  bytes.set(rest, 4)
  return bytes
}

describe('frames', () => {
  test('come out as they went in, however the bytes are cut', () => {
    const small = fc.uint8Array({ maxLength: 40 })
    const large = fc.integer({ min: 30_000, max: 70_000 }).map((length) => new Uint8Array(length))
    const frame = fc.tuple(
      fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.parse(JSON.stringify(value))),
      fc.array(fc.oneof({ weight: 9, arbitrary: small }, { weight: 1, arbitrary: large }), {
        maxLength: 8,
      }),
    )
    const sizes = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), sizes, (given, cuts) => {
        const { frames, fault } = read(cut(bytesOf(...given), cuts), 2 ** 20)
        expect(fault).toBeNull()
        expect(frames.map(({ header, blobs }) => [header, blobs])).toEqual(given)
      }),
      { numRuns: propertyRuns },
    )
  })

  test('are read from arbitrary bytes without ever throwing', () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 10 })
    fc.assert(
      fc.property(chunks, (given) => {
        expect([null, 'too_large', 'malformed']).toContain(read(given, 100).fault)
      }),
      { numRuns: propertyRuns },
    )
  })

  test('may be as large as agreed and not a byte larger', () => {
    const bytes = bytesOf([{}, [new Uint8Array(100)]])
    expect(read([bytes], bytes.length - 4).frames).toHaveLength(1)
    expect(read([bytes], bytes.length - 5)).toMatchObject({ frames: [], fault: 'too_large' })
  })

  test('are refused by their announced length, before any of them has come', () => {
    expect(read([Uint8Array.of(255, 255, 255, 255)]).fault).toBe('too_large')
  })

  test.each([
    ['no room for a header length', raw(0, [])],
    ['a header longer than the frame', raw(4, [9, 0, 0, 0])],
    ['a header that is not JSON', raw(5, [1, 0, 0, 0, 123])],
    ['a header that is not UTF-8', raw(7, [3, 0, 0, 0, 34, 255, 34])],
    ['half a blob length', raw(8, [2, 0, 0, 0, 123, 125, 0, 0])],
    ['a blob longer than the frame', raw(10, [2, 0, 0, 0, 123, 125, 1, 0, 0, 0])],
    ['too many blobs', raw(42, [2, 0, 0, 0, 123, 125, ...new Array(36).fill(0)])],
  ])('are malformed with %s', (_, bytes) => {
    expect(read([bytes])).toEqual({ frames: [], fault: 'malformed' })
  })

  test('are not read beyond a fault, nor beyond where the taker says stop', () => {
    const good = bytesOf([{ a: 1 }, []])
    expect(read([raw(0, []), good])).toEqual({ frames: [], fault: 'malformed' })

    const taken: unknown[] = []
    const reader = createFrameReader(
      () => 1_000,
      ({ header }) => taken.push(header) < 2,
    )
    for (const chunk of [good, Buffer.concat([good, good]), good]) {
      expect(reader.push(chunk)).toBeNull()
    }
    expect(taken).toHaveLength(2)
  })

  test('survive nesting that would overflow a stack', () => {
    const deep = Buffer.from('['.repeat(200_000) + ']'.repeat(200_000))
    const length = Buffer.alloc(4)
    length.writeUInt32LE(deep.length)
    const { frames, fault } = read([raw(4 + deep.length, [...length, ...deep])])
    expect([frames.length, fault]).toEqual([1, null])
  })
})
