import { createCipheriv } from 'node:crypto'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, test } from 'vitest'
import { chachaBlock, chachaState } from './chacha20.ts'
import { randomStream } from './random.ts'

const zero = '00'.repeat(32)
const counting = bytesToHex(Uint8Array.from({ length: 32 }, (_, i) => i))

// RFC 8439: section 2.3.2, then appendix A.1, test vectors 1 to 5.
const vectors: readonly (readonly [string, number, readonly [number, number, number], string])[] = [
  [
    counting,
    1,
    [0x09000000, 0x4a000000, 0],
    '10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e' +
      'd2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e',
  ],
  [
    zero,
    0,
    [0, 0, 0],
    '76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7' +
      'da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586',
  ],
  [
    zero,
    1,
    [0, 0, 0],
    '9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed' +
      '29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f',
  ],
  [
    `${'00'.repeat(31)}01`,
    1,
    [0, 0, 0],
    '3aeb5224ecf849929b9d828db1ced4dd832025e8018b8160b82284f3c949aa5a' +
      '8eca00bbb4a73bdad192b5c42f73f2fd4e273644c8b36125a64addeb006c13a0',
  ],
  [
    `00ff${'00'.repeat(30)}`,
    2,
    [0, 0, 0],
    '72d54dfbf12ec44b362692df94137f328fea8da73990265ec1bbbea1ae9af0ca' +
      '13b25aa26cb4a648cb9b9d1be65b2c0924a66c54d545ec1b7374f4872e99f096',
  ],
  [
    zero,
    0,
    [0, 0, 0x02000000],
    'c2c64d378cd536374ae204b9ef933fcd1a8b2288b3dfa49672ab765b54ee27c7' +
      '8a970e0e955c14f3a88e741b97c286f75f8fc299e8148362fa198a39531bed6d',
  ],
]

describe('ChaCha20', () => {
  test.each(vectors)(
    'gives the block of RFC 8439 for key %s, counter %i',
    (key, counter, nonce, block) => {
      const out = new Uint8Array(64)
      chachaBlock(chachaState(hexToBytes(key), counter, nonce), new DataView(out.buffer))

      expect(bytesToHex(out)).toBe(block)
    },
  )

  test('takes keys of 32 bytes only', () => {
    expect(() => chachaState(new Uint8Array(31), 0, [0, 0, 0])).toThrow(RangeError)
  })
})

describe('a random stream', () => {
  const seed = Uint8Array.from({ length: 32 }, (_, i) => i * 3)
  const expected = createCipheriv('chacha20', seed, new Uint8Array(16)).update(
    new Uint8Array(5_000),
  )

  test('is the key stream of its seed, as another implementation has it', () => {
    const bytes = new Uint8Array(5_000)
    randomStream(seed).fill(bytes)

    expect(bytesToHex(bytes)).toBe(expected.toString('hex'))
  })

  test('goes on beyond the 2^32 blocks of the counter in RFC 8439', () => {
    const lastBlock = 2 ** 32 - 1
    const iv = new Uint8Array(16).fill(0xff, 0, 4)
    const bytes = new Uint8Array(200)
    randomStream(seed, lastBlock).fill(bytes)

    const carried = createCipheriv('chacha20', seed, iv).update(new Uint8Array(200))
    expect(bytesToHex(bytes)).toBe(carried.toString('hex'))
  })

  test('does not depend on how much is drawn at once', () => {
    const stream = randomStream(seed)
    const drawn: number[] = []
    for (const bytes of [0, 1, 63, 64, 65, 100, 0, 127, 128, 200]) {
      const part = new Uint8Array(bytes)
      stream.fill(part)
      drawn.push(...part)
    }

    expect(stream.position).toBe(drawn.length)
    expect(Uint8Array.from(drawn)).toEqual(Uint8Array.from(expected.subarray(0, drawn.length)))
  })

  test('goes on from any place that it is set to', () => {
    const stream = randomStream(seed)
    for (const at of [700, 1, 64, 63, 4_000, 0, 128]) {
      const part = new Uint8Array(100)
      stream.position = at
      stream.fill(part)

      expect(part).toEqual(Uint8Array.from(expected.subarray(at, at + 100)))
      expect(stream.position).toBe(at + 100)
    }
  })
})
