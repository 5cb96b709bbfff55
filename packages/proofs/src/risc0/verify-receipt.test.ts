import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { Digest } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { coordinateModulus } from '../pairing/base-field.ts'
import { publishedReceipts } from '../testing/risc0-receipts.ts'
import { controlId, releases, risc0Key } from './releases.ts'
import { taggedDigest, zeroDigest } from './tagged-digest.ts'
import { createRisc0Verifier, type Risc0Receipt, sealBytes } from './verify-receipt.ts'

const verify = createRisc0Verifier()
const receipt = publishedReceipts['3.0']

describe('a receipt of RISC Zero', () => {
  test.each(['3.0', '2.2 and 2.3'] as const)('that it published for %s verifies', (release) => {
    const { imageId } = publishedReceipts[release]
    const verdict = verify(publishedReceipts[release])
    expect(verdict.ok && verdict.value).toEqual({
      release,
      imageId,
      journalDigest: bytesToHex(sha256(utf8ToBytes('just a simple receipt'))),
      claimDigest: expect.any(String),
    })
  })

  test('is refused for another program, and for another journal', () => {
    const other = Digest.parse(`0${receipt.imageId.slice(1)}`)
    const longer = new Uint8Array([...receipt.journal, 0])
    const changes = [
      { imageId: other },
      { imageId: publishedReceipts['2.2 and 2.3'].imageId },
      { journal: longer },
      { journal: new Uint8Array() },
      { journal: utf8ToBytes('just a simple Receipt') },
    ]
    expect(changes.map((change) => reasonFor(change))).toEqual(
      changes.map(() => 'the equation does not hold'),
    )
  })

  test('is refused with a bit of each byte of its seal turned', () => {
    for (let at = 0; at < sealBytes; at++) {
      const seal = receipt.seal.slice()
      seal[at]! ^= 1 << (at % 8)
      expect(verify({ ...receipt, seal }).ok, `byte ${at}`).toBe(false)
    }
  })

  test('is refused with a coordinate that is larger than it has to be', () => {
    for (let at = 0; at < 8; at++) {
      const [start, end] = [4 + at * 32, 36 + at * 32]
      const larger = BigInt(`0x${bytesToHex(receipt.seal.slice(start, end))}`) + coordinateModulus
      const seal = receipt.seal.slice()
      seal.set(hexToBytes(larger.toString(16).padStart(64, '0')), start)
      expect(reasonFor({ seal })).toContain('not below the modulus')
    }
  })

  test('is refused with points at infinity, and with a seal of another length', () => {
    for (const [start, end] of [
      [4, 68],
      [68, 196],
      [196, 260],
    ]) {
      expect(reasonFor({ seal: receipt.seal.slice().fill(0, start, end) })).toContain('not on the')
    }
    const { seal } = receipt
    for (const wrong of [seal.slice(4), seal.slice(0, -1), new Uint8Array([...seal, 0])]) {
      expect(reasonFor({ seal: wrong })).toContain('has 260 bytes')
    }
  })

  test('is refused as one of another release, of none, or of one that was withdrawn', () => {
    expect(reasonFor({ seal: selected('bb001d44') })).toBe('the equation does not hold')
    expect(reasonFor({ seal: selected('ffffffff') })).toContain('RISC Zero 3.0, 2.2 and 2.3')
    expect(reasonFor({ seal: selected('f536085a') })).toContain('GHSA-f6rc-24x4-ppxp')
    expect(reasonFor({ seal: selected('9f39696c') })).toContain('GHSA-g3qg-6746-3mg9')
  })
})

describe('the numbers of a release', () => {
  test.each(releases)('belong together: %s', ({ selector, controlRoot }) => {
    const digest = parametersDigest(controlRoot)
    expect(bytesToHex(digest.subarray(0, 4))).toBe(selector)
  })

  test('are those that RISC Zero published whole for 2.0', () => {
    const { controlRoot } = releases.find(({ name }) => name === '2.0')!
    expect(bytesToHex(parametersDigest(controlRoot))).toBe(
      '9f39696cb3ae9d6038d6b7a55c09017f0cf35e226ad7582b82dbabb0dae53385',
    )
  })
})

test('the digest of a halted machine is the one that RISC Zero has in its contracts', () => {
  expect(bytesToHex(taggedDigest('risc0.SystemState', [zeroDigest], [0]))).toBe(
    'a3acc27117418996340b84e5a90f3ef4c49d22c79e44aad822ec9c313e1eb8e2',
  )
})

function parametersDigest(controlRoot: string): Uint8Array {
  const { vk_alpha_1, vk_beta_2, vk_gamma_2, vk_delta_2, IC } = risc0Key
  const second = ([x, y]: typeof vk_beta_2) => hashOf([x[1], x[0], y[1], y[0]])
  const points = IC.map(([x, y]) => hashOf([x, y]))
  const key = taggedDigest('risc0_groth16.VerifyingKey', [
    hashOf([vk_alpha_1[0], vk_alpha_1[1]]),
    ...[vk_beta_2, vk_gamma_2, vk_delta_2].map(second),
    listDigest('risc0_groth16.VerifyingKey.IC', points),
  ])
  const parts = [hexToBytes(controlRoot), hexToBytes(controlId), key]
  return taggedDigest('risc0.Groth16ReceiptVerifierParameters', parts)
}

/** A list is a pair of its first element and the rest, down to nothing, which is 0. */
function listDigest(tag: string, elements: readonly Uint8Array[]): Uint8Array {
  return elements.reduceRight((rest, element) => taggedDigest(tag, [element, rest]), zeroDigest)
}

/** Of numbers with the highest byte first. */
function hashOf(numbers: readonly string[]): Uint8Array {
  const words = numbers.map((number) => BigInt(number).toString(16).padStart(64, '0'))
  return sha256(hexToBytes(words.join('')))
}

function reasonFor(change: Partial<Risc0Receipt>): string {
  const verdict = verify({ ...receipt, ...change })
  return verdict.ok ? 'it verifies' : verdict.reason
}

function selected(selector: string): Uint8Array {
  return new Uint8Array([...hexToBytes(selector), ...receipt.seal.subarray(4)])
}
