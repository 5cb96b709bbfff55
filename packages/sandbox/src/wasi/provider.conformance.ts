// What every provider must do, bit for bit: bytes, answers, gas and endings.
import { sha256 } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { type WasiGuest, wasiGuest } from '../testing/wasi-guest.ts'
import { errno } from './errno.ts'
import { prices } from './prices.ts'
import type { WasiProvider } from './provider.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const RESULT = 1_000
const VECTORS = 2_000
const DATA = 10_000

export function describeProvider(provider: WasiProvider): void {
  describe(`arguments and environment by ${provider.name}`, () => {
    const args = ['task', '', 'é\u{1f980}', 'a b=c', '\ud800']
    const env = { Z: '1', '10': 'x', '9': '', A_: 'é', A: 'a=b' }

    test('gives the arguments, each with a NUL, and pointers to them', () => {
      const guest = wasiGuest(provider, { args })
      const block = 'task\0\0é\u{1f980}\0a b=c\0\ufffd\0'

      expect(guest.call('args_sizes_get', RESULT, RESULT + 4)).toBe(errno.success)
      expect(guest.view().getUint32(RESULT, true)).toBe(5)
      expect(guest.view().getUint32(RESULT + 4, true)).toBe(utf8(block).length)
      expect(guest.call('args_get', VECTORS, DATA)).toBe(errno.success)
      expect(textAt(guest, DATA, utf8(block).length)).toBe(block)
      expect(pointersAt(guest, VECTORS, 5)).toEqual([0, 5, 6, 13, 19].map((at) => DATA + at))
      expect(guest.gasUsed()).toBe(2 * prices.hostCall + 5 * prices.vector + utf8(block).length)
    })

    test('gives the environment in the order of its bytes, however it was written down', () => {
      const block = '10=x\x009=\0A=a=b\0A_=é\0Z=1\0'
      for (const given of [env, Object.fromEntries(Object.entries(env).reverse())]) {
        const guest = wasiGuest(provider, { env: given })

        expect(guest.call('environ_sizes_get', RESULT, RESULT + 4)).toBe(errno.success)
        expect(guest.view().getUint32(RESULT, true)).toBe(5)
        expect(guest.view().getUint32(RESULT + 4, true)).toBe(utf8(block).length)
        expect(guest.call('environ_get', VECTORS, DATA)).toBe(errno.success)
        expect(textAt(guest, DATA, utf8(block).length)).toBe(block)
      }
    })

    test('gives an empty environment', () => {
      const guest = wasiGuest(provider)

      expect(guest.call('environ_sizes_get', RESULT, RESULT + 4)).toBe(errno.success)
      expect(guest.view().getBigUint64(RESULT, true)).toBe(0n)
      expect(guest.call('environ_get', VECTORS, DATA)).toBe(errno.success)
    })

    test('carries as many and as long arguments as the protocol allows', () => {
      const long = Array.from({ length: 257 }, (_, i) => `${i}`.padEnd(4_096, 'é'))
      const guest = wasiGuest(provider, { args: long, pages: 40 })
      const block = `${long.join('\0')}\0`

      expect(guest.call('args_get', VECTORS, DATA)).toBe(errno.success)
      expect(textAt(guest, DATA, utf8(block).length)).toBe(block)
    })
  })

  describe(`stdin by ${provider.name}`, () => {
    test('fills the vectors in order, then answers that there is no more', () => {
      const guest = wasiGuest(provider, { stdin: utf8('hello world') })
      guest.vectors(VECTORS, [
        [DATA, 3],
        [DATA + 100, 0],
        [DATA + 200, 4],
      ])

      expect(guest.call('fd_read', 0, VECTORS, 3, RESULT)).toBe(errno.success)
      expect(guest.view().getUint32(RESULT, true)).toBe(7)
      expect([textAt(guest, DATA, 3), textAt(guest, DATA + 200, 4)]).toEqual(['hel', 'lo w'])
      expect(guest.call('fd_read', 0, VECTORS, 3, RESULT)).toBe(errno.success)
      expect(guest.view().getUint32(RESULT, true)).toBe(4)
      expect([textAt(guest, DATA, 3), textAt(guest, DATA + 200, 4)]).toEqual(['orl', 'do w'])
      expect(guest.call('fd_read', 0, VECTORS, 3, RESULT)).toBe(errno.success)
      expect(guest.view().getUint32(RESULT, true)).toBe(0)
      expect(guest.gasUsed()).toBe(3 * (prices.hostCall + 3 * prices.vector) + 11)
    })

    test('gives a long input whole, in one read', () => {
      const stdin = Uint8Array.from({ length: 400_000 }, (_, i) => (i * 7) >> 3)
      const guest = wasiGuest(provider, { stdin })
      guest.vectors(VECTORS, [[DATA, 450_000]])

      expect(guest.call('fd_read', 0, VECTORS, 1, RESULT)).toBe(errno.success)
      expect(guest.view().getUint32(RESULT, true)).toBe(400_000)
      expect(sha256(guest.bytes().slice(DATA, DATA + 400_000))).toBe(sha256(stdin))
    })

    test('reads over the very vectors that tell it where to', () => {
      const guest = wasiGuest(provider, { stdin: new Uint8Array(64).fill(0xff) })
      guest.vectors(VECTORS, [
        [VECTORS, 16],
        [DATA, 8],
      ])

      expect(guest.call('fd_read', 0, VECTORS, 2, RESULT)).toBe(errno.success)
      expect(guest.view().getUint32(RESULT, true)).toBe(24)
      expect([...guest.bytes().slice(DATA, DATA + 9)]).toEqual([...Array(8).fill(0xff), 0])
    })
  })

  describe(`stdout and stderr by ${provider.name}`, () => {
    test('gather the vectors in order, each stream by itself', () => {
      const guest = wasiGuest(provider)
      guest.bytes().set(utf8('hello world'), DATA)
      guest.vectors(VECTORS, [
        [DATA + 6, 5],
        [DATA, 0],
        [DATA, 5],
      ])

      expect(guest.call('fd_write', 1, VECTORS, 3, RESULT)).toBe(errno.success)
      expect(guest.view().getUint32(RESULT, true)).toBe(10)
      expect(guest.call('fd_write', 2, VECTORS, 1, RESULT)).toBe(errno.success)
      expect(guest.call('fd_write', 1, VECTORS, 1, RESULT)).toBe(errno.success)
      expect([guest.written('stdout'), guest.written('stderr')]).toEqual([
        'worldhelloworld',
        'world',
      ])
      expect(guest.call('fd_write', 2, VECTORS, 1, RESULT)).toBe(errno.success)
      expect(guest.written('stderr')).toBe('worldworld')
      expect(guest.gasUsed()).toBe(4 * prices.hostCall + 6 * prices.vector + 25)
    })

    test('take what is neither text nor short', () => {
      const guest = wasiGuest(provider)
      const data = Uint8Array.from({ length: 400_000 }, (_, i) => (i * 13) >> 2)
      guest.bytes().set(data, DATA)
      guest.vectors(VECTORS, [[DATA, data.length]])

      expect(guest.call('fd_write', 1, VECTORS, 1, RESULT)).toBe(errno.success)
      expect(sha256(guest.session.written('stdout'))).toBe(sha256(data))
    })

    test('end the run with the first byte too many, after those that fit', () => {
      const guest = wasiGuest(provider, { outputBytesMax: 10 })
      guest.bytes().set(utf8('0123456789'), DATA)
      guest.vectors(VECTORS, [
        [DATA, 4],
        [DATA + 4, 4],
      ])

      expect(guest.call('fd_write', 2, VECTORS, 1, RESULT)).toBe(errno.success)
      expect(guest.call('fd_write', 1, VECTORS, 2, RESULT)).toEqual({ kind: 'output_limit' })
      expect([guest.written('stdout'), guest.written('stderr')]).toEqual(['012345', '0123'])
    })

    test('may be filled to the last byte', () => {
      const guest = wasiGuest(provider, { outputBytesMax: 8 })
      guest.vectors(VECTORS, [[DATA, 4]])

      expect(guest.call('fd_write', 1, VECTORS, 1, RESULT)).toBe(errno.success)
      expect(guest.call('fd_write', 2, VECTORS, 1, RESULT)).toBe(errno.success)
      guest.vectors(VECTORS, [[DATA, 0]])
      expect(guest.call('fd_write', 1, VECTORS, 1, RESULT)).toBe(errno.success)
      guest.vectors(VECTORS, [[DATA, 1]])
      expect(guest.call('fd_write', 1, VECTORS, 1, RESULT)).toEqual({ kind: 'output_limit' })
    })

    test('take a flood of single bytes', () => {
      const guest = wasiGuest(provider, { outputBytesMax: 20_000, gas: 1e8 })
      guest.bytes()[DATA] = 0x61
      guest.vectors(VECTORS, [[DATA, 1]])
      let answer: unknown = errno.success
      while (answer === errno.success) answer = guest.call('fd_write', 1, VECTORS, 1, RESULT)

      expect(answer).toEqual({ kind: 'output_limit' })
      expect(guest.written('stdout')).toBe('a'.repeat(20_000))
      expect(guest.gasUsed()).toBe(20_001 * (prices.hostCall + prices.vector + 1))
    })
  })
}

function textAt(guest: WasiGuest, at: number, bytes: number): string {
  return new TextDecoder().decode(guest.bytes().slice(at, at + bytes))
}

function pointersAt(guest: WasiGuest, at: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => guest.view().getUint32(at + i * 4, true))
}
