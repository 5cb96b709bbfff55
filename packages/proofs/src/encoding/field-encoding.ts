// How bytes and names enter the field. A digest of 256 bits does not fit below r, and taking it
// modulo r would let several digests share one element; so it becomes two limbs of 128 bits, which
// are equal only if the digests are. Names go through SHA-256 first, each kind in its own domain.
import { type Canonical, type Digest, digestOf, type Nonce } from '@vcp/protocol'
import { poseidon } from '../poseidon/poseidon.ts'

/** A digest as its high and low 128 bits. */
export function digestLimbs(digest: Digest): readonly [bigint, bigint] {
  return [BigInt(`0x${digest.slice(0, 32)}`), BigInt(`0x${digest.slice(32)}`)]
}

/** A name, or any canonical value, as two limbs of its digest. */
export function nameLimbs(domain: string, value: Canonical): readonly [bigint, bigint] {
  return digestLimbs(digestOf(domain, value))
}

/** The constant that keeps the hashes of one purpose apart from those of every other: 128 bits. */
export function domainTag(domain: string): bigint {
  return nameLimbs('vcp/proof-domain/1', domain)[0]
}

/** A nonce is 128 bits: it is an element as it stands. */
export function nonceElement(nonce: Nonce): bigint {
  return BigInt(`0x${nonce}`)
}

/** Elements that one step of `commitmentTo` takes, beside the hash of those before. */
const commitmentStep = 7

/**
 * A commitment to a list whose length is part of it. It hides only if one of the elements is a
 * salt; `Commitment` in circuits/parts/commitment.circom is the same in constraints.
 */
export function commitmentTo(tag: bigint, elements: readonly bigint[]): bigint {
  let hash = (tag << 32n) + BigInt(elements.length)
  for (let at = 0; at < elements.length; at += commitmentStep) {
    const step = elements.slice(at, at + commitmentStep)
    while (step.length < commitmentStep) step.push(0n)
    hash = poseidon([hash, ...step])
  }
  return hash
}

/** Small values side by side in as few elements as hold them; each must be below 2^bits. */
export function packed(values: readonly bigint[], bits: number): bigint[] {
  const each = Math.floor(253 / bits)
  const elements: bigint[] = []
  for (let at = 0; at < values.length; at += each) {
    const group = values.slice(at, at + each)
    elements.push(group.reduceRight((sum, value) => (sum << BigInt(bits)) + value, 0n))
  }
  return elements
}
