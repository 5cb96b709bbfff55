import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cmykFile, jpegSamples } from '../testing/jpeg-samples.ts'
import { createNumbers } from '../testing/numbers.ts'
import { decodeJpeg } from './jpeg.ts'
import { decodePng } from './png.ts'
import { readImageFolder } from './read-image-folder.ts'
import { ImageFolderSource } from './sources.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vcp-images-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function put(name: string, content: Uint8Array): Promise<void> {
  await writeFile(join(folder, name), content)
}

interface Raw {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly colour: number
  /** Each line with its filter in front. */
  readonly lines: Uint8Array
  readonly palette?: Uint8Array
  readonly interlace?: number
}

function png({ width, height, depth, colour, lines, palette, interlace = 0 }: Raw): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([depth, colour, 0, 0, interlace], 8)
  const start = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
  const colours = palette === undefined ? [] : [chunk('PLTE', palette)]
  const pixels = chunk('IDAT', deflateSync(lines))
  return Buffer.concat([
    start,
    chunk('IHDR', header),
    ...colours,
    pixels,
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, content: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type), content])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(content.length)
  sum.writeUInt32BE(crc32(typed))
  return Buffer.concat([length, typed, sum])
}

const grey = { width: 2, height: 2, depth: 8, colour: 0 }

describe('a PNG image', () => {
  test('is read through each filter', () => {
    const colours = { width: 2, height: 5, depth: 8, colour: 2 }
    // The same line of two pixels five times, as each filter writes it.
    const line = [10, 20, 30, 40, 60, 80]
    const lines = Uint8Array.from(
      [
        [0, ...line],
        [1, 10, 20, 30, 30, 40, 50],
        [2, 0, 0, 0, 0, 0, 0],
        [3, 5, 10, 15, 15, 20, 25],
        [4, 0, 0, 0, 0, 0, 0],
      ].flat(),
    )
    const { channels, samples } = decodePng(png({ ...colours, lines }), 'a.png')
    expect(channels).toBe(3)
    expect([...samples]).toEqual([line, line, line, line, line].flat())
  })

  test('is read at each depth', () => {
    const one = { ...grey, depth: 1, lines: Uint8Array.of(0, 0b0100_0000, 0, 0b1000_0000) }
    expect([...decodePng(png(one), 'a').samples]).toEqual([0, 255, 255, 0])
    const four = { ...grey, depth: 4, lines: Uint8Array.of(0, 0x0f, 0, 0x30) }
    expect([...decodePng(png(four), 'a').samples]).toEqual([0, 255, 51, 0])
    const deep = { ...grey, depth: 16, lines: Uint8Array.of(0, 9, 1, 8, 2, 0, 7, 3, 6, 4) }
    expect([...decodePng(png(deep), 'a').samples]).toEqual([9, 8, 7, 6])
  })

  test('is read through its palette', () => {
    const palette = Uint8Array.of(1, 2, 3, 4, 5, 6)
    const image = { ...grey, colour: 3, lines: Uint8Array.of(0, 1, 0, 0, 0, 1), palette }
    const expected = [4, 5, 6, 1, 2, 3, 1, 2, 3, 4, 5, 6]
    expect([...decodePng(png(image), 'a').samples]).toEqual(expected)
  })

  test('that is damaged is refused or read, and nothing else happens', () => {
    const whole = png({ ...grey, lines: Uint8Array.of(0, 1, 2, 0, 3, 4) })
    const numbers = createNumbers(3)
    let refused = 0
    for (let count = 0; count < 300; count++) {
      const changed = Uint8Array.from(whole.subarray(0, count % 4 === 0 ? 20 + (count % 40) : 99))
      changed[numbers.below(changed.length)] = numbers.below(256)
      try {
        decodePng(changed, 'a.png')
      } catch (error) {
        expect(error).toMatchObject({ code: 'DATASET_INVALID' })
        refused += 1
      }
    }
    expect(refused).toBeGreaterThan(200)
  })
})

function fileOf({ file }: { readonly file: string }): Uint8Array {
  return Uint8Array.from(Buffer.from(file, 'base64'))
}

describe('a JPEG image', () => {
  test.each(Object.entries(jpegSamples))('with %s has the pixels of libjpeg', (_, sample) => {
    const { width, height, channels, samples } = decodeJpeg(fileOf(sample), 'a.jpg')
    expect([width, height, channels]).toEqual([19, 13, sample.channels])
    const wanted = Buffer.from(sample.pixels, 'base64')
    const apart = [...samples].map((value, at) => Math.abs(value - wanted[at]!))
    expect(samples).toHaveLength(wanted.length)
    // Its transform is of whole numbers; ours rounds once.
    expect(Math.max(...apart)).toBeLessThanOrEqual(3)
    expect(apart.reduce((sum, each) => sum + each, 0) / apart.length).toBeLessThan(0.3)
  })

  test('of four channels, another depth or another kind is refused by name', () => {
    const grey = fileOf(jpegSamples.grey)
    const frame = grey.findIndex((byte, at) => byte === 0xff && grey[at + 1] === 0xc0)
    const changed = (at: number, byte: number) => grey.with(frame + at, byte)
    const reasonOf = (bytes: Uint8Array) => () => decodeJpeg(bytes, 'a.jpg')
    expect(reasonOf(fileOf({ file: cmykFile }))).toThrow('a.jpg has 4 channels')
    expect(reasonOf(changed(1, 0xc9))).toThrow('arithmetically coded')
    expect(reasonOf(changed(4, 12))).toThrow('12 bits a sample')
    expect(reasonOf(changed(5, 0xff).with(frame + 7, 0xff))).toThrow('larger than')
    expect(reasonOf(grey.subarray(0, -20))).toThrow('ends too early')
  })

  test('that is damaged is refused or read, and nothing else happens', () => {
    const numbers = createNumbers(5)
    let refused = 0
    const files = Object.values(jpegSamples).map(fileOf)
    for (let count = 0; count < 2_000; count++) {
      const changed = Uint8Array.from(files[count % files.length]!)
      for (let times = 0; times < 2; times++) {
        changed[2 + numbers.below(changed.length - 2)] = numbers.below(256)
      }
      // An image of another size costs time, and shows nothing else.
      const frame = changed.findIndex(
        (byte, at) => byte === 0xff && (changed[at + 1]! & 0xfd) === 0xc0,
      )
      if (frame > 0) changed.set([0, 13, 0, 19], frame + 5)
      try {
        decodeJpeg(changed, 'a.jpg')
      } catch (error) {
        expect(error).toMatchObject({ code: 'DATASET_INVALID' })
        refused += 1
      }
    }
    expect(refused).toBeGreaterThan(500)
    expect(refused).toBeLessThan(2_000)
  })
})

describe('a folder of images', () => {
  const read = () => {
    const size = { channels: 1, width: 2, height: 1 }
    const source = ImageFolderSource.parse({ format: 'images', input: 'x', path: folder, ...size })
    return readImageFolder(source, { bytesLeft: 2 ** 20 })
  }
  const pixels = (...values: number[]) =>
    png({ ...grey, height: 1, lines: Uint8Array.of(0, ...values) })

  test('is read class by class', async () => {
    await mkdir(join(folder, 'cats'))
    await mkdir(join(folder, 'dogs'))
    await put('dogs/1.png', pixels(0, 255))
    await put('cats/2.png', pixels(255, 0))
    await put('cats/1.png', pixels(255, 255))
    const { count, inputs, labels } = await read()
    expect(count).toBe(3)
    expect([...inputs['x']!.data]).toEqual([1, 1, 1, 0, 0, 1])
    expect([...labels.data]).toEqual([0n, 0n, 1n])
  })

  test.each([
    ['photo.jpeg', pixels(0, 1), 'is not a JPEG image'],
    ['notes.txt', pixels(0, 1), 'is neither PNG nor JPEG'],
    [
      'large.png',
      png({ ...grey, lines: Uint8Array.of(0, 1, 2, 0, 3, 4) }),
      'is 2 by 2, not 2 by 1',
    ],
    [
      'coloured.png',
      png({ width: 2, height: 1, depth: 8, colour: 2, lines: Uint8Array.of(0, 1, 2, 3, 4, 5, 6) }),
      'has 3 colour channels',
    ],
    [
      'interlaced.png',
      png({ ...grey, height: 1, lines: Uint8Array.of(0, 1, 2), interlace: 1 }),
      'is interlaced',
    ],
  ])('with %s is refused', async (name, bytes, reason) => {
    await mkdir(join(folder, 'cats'))
    await put(join('cats', name), bytes)
    await expect(read()).rejects.toThrow(reason)
  })

  test('is read with both kinds of images beside each other', async () => {
    await mkdir(join(folder, 'waves'))
    await put(join('waves', 'a.JPG'), fileOf(jpegSamples.grey))
    const plain = { width: 19, height: 13, depth: 8, colour: 0 }
    const lines = Uint8Array.from({ length: 20 * 13 }, (_, at) => (at % 20 === 0 ? 0 : 51))
    await put(join('waves', 'b.png'), png({ ...plain, lines }))
    const size = { channels: 1, width: 19, height: 13 }
    const source = ImageFolderSource.parse({ format: 'images', input: 'x', path: folder, ...size })
    const { count, inputs } = await readImageFolder(source, { bytesLeft: 2 ** 20 })
    expect(count).toBe(2)
    const values = inputs['x']!.data
    const first = Buffer.from(jpegSamples.grey.pixels, 'base64')[0]!
    expect(values[0]).toBeCloseTo(first / 255, 6)
    expect(values[19 * 13]).toBeCloseTo(0.2, 6)
  })

  test('without folders is refused', async () => {
    await expect(read()).rejects.toThrow('has no folders')
  })
})
