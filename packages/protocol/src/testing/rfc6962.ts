// The definitions of RFC 6962, section 2.1, read literally: recursive, slow, over another SHA-256
// than the code it judges.
import { createHash } from 'node:crypto'

type Leaves = readonly Uint8Array[]

function hash(...parts: readonly Uint8Array[]): Uint8Array {
  const sha256 = createHash('sha256')
  for (const part of parts) sha256.update(part)
  return Uint8Array.from(sha256.digest())
}

/** The largest power of two smaller than n. */
function k(n: number): number {
  return n <= 2 ? 1 : 2 * k(Math.ceil(n / 2))
}

/** MTH(D[n]) */
export function mth(d: Leaves): Uint8Array {
  const n = d.length
  if (n === 0) return hash()
  if (n === 1) return hash(Uint8Array.of(0x00), d[0]!)
  return hash(Uint8Array.of(0x01), mth(d.slice(0, k(n))), mth(d.slice(k(n))))
}

/** PATH(m, D[n]) */
export function path(m: number, d: Leaves): Uint8Array[] {
  const n = d.length
  if (n === 1) return []
  return m < k(n)
    ? [...path(m, d.slice(0, k(n))), mth(d.slice(k(n)))]
    : [...path(m - k(n), d.slice(k(n))), mth(d.slice(0, k(n)))]
}

/** PROOF(m, D[n]) = SUBPROOF(m, D[n], true), for 0 < m <= n. */
export function proof(m: number, d: Leaves): Uint8Array[] {
  return subproof(m, d, true)
}

function subproof(m: number, d: Leaves, b: boolean): Uint8Array[] {
  const n = d.length
  if (m === n) return b ? [] : [mth(d)]
  return m <= k(n)
    ? [...subproof(m, d.slice(0, k(n)), b), mth(d.slice(k(n)))]
    : [...subproof(m - k(n), d.slice(k(n)), false), mth(d.slice(0, k(n)))]
}

/** On which side of the way up each sibling stands: what a path tells of index and size. */
export function shape(m: number, n: number): string {
  if (n === 1) return ''
  return m < k(n) ? `${shape(m, k(n))}R` : `${shape(m - k(n), n - k(n))}L`
}
