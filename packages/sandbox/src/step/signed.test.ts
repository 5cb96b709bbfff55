import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Reader } from '../module/reader.ts'
import { signed } from '../testing/assemble.ts'
import { readSigned, readSigned32 } from './signed.ts'

const edges = [0n, 1n, -1n, 63n, 64n, -64n, -65n, 2n ** 31n - 1n, -(2n ** 31n)]
const reader = (value: bigint) => new Reader(Uint8Array.from(signed(value)))

test('a signed number is read as it was written', () => {
  for (const value of [...edges, 2n ** 63n - 1n, -(2n ** 63n)]) {
    expect(readSigned(reader(value))).toBe(value)
  }
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      expect(readSigned(reader(value))).toBe(value)
    }),
  )
})

test('a signed number of 32 bits is read as it was written, and with bytes to spare', () => {
  for (const value of edges) expect(readSigned32(reader(value))).toBe(Number(value))
  fc.assert(
    fc.property(fc.integer(), (value) => {
      expect(readSigned32(reader(BigInt(value)))).toBe(value)
    }),
  )
  expect(readSigned32(new Reader(Uint8Array.of(0xff, 0xff, 0x7f)))).toBe(-1)
  expect(readSigned32(new Reader(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x78)))).toBe(-(2 ** 31))
})
