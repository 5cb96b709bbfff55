import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, test } from 'vitest'
import type { Digest } from './ids.ts'
import { leafHash, merkleRoot } from './merkle.ts'
import { areBelow, traceLeafHash } from './trace.ts'

const leaves = ['11', '22'].map((byte) => byte.repeat(32) as Digest)
const root = bytesToHex(merkleRoot(leaves.map((leaf) => leafHash(hexToBytes(leaf))))) as Digest
const [left, right] = leaves.map(traceLeafHash) as [Digest, Digest]

describe('a trace', () => {
  test('is a tree as RFC 6962 has it', () => {
    expect(areBelow([left, right], root)).toBe(true)
  })

  test('has its hashes in their order, and no others', () => {
    expect(areBelow([right, left], root)).toBe(false)
    expect(areBelow([left, left], root)).toBe(false)
    expect(areBelow(leaves as [Digest, Digest], root)).toBe(false)
  })
})
