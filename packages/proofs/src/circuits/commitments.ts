// The commitments that circuits make, as whoever checks them works them out.
import { commitmentTo, packed } from '../encoding/field-encoding.ts'
import { poseidon } from '../poseidon/poseidon.ts'
import { type CommitmentKind, commitmentTag } from './generated-circom.ts'

/** `PackedCommitment` of circuits/parts: values below 2^bits side by side, then the salt. */
export function packedCommitment(
  kind: CommitmentKind,
  values: readonly bigint[],
  bits: number,
  salt: bigint,
): bigint {
  return commitmentTo(commitmentTag(kind), [...packed(values, bits), salt])
}

/** The same for signed values of so many bits. */
export function signedCommitment(
  kind: CommitmentKind,
  values: readonly bigint[],
  bits: number,
  salt: bigint,
): bigint {
  const half = 1n << BigInt(bits - 1)
  return packedCommitment(
    kind,
    values.map((value) => value + half),
    bits,
    salt,
  )
}

export interface Path {
  readonly isRight: readonly bigint[]
  readonly sibling: readonly bigint[]
}

export function rootOf(leaf: bigint, { isRight, sibling }: Path): bigint {
  return sibling.reduce(
    (here, other, i) => poseidon(isRight[i] === 1n ? [other, here] : [here, other]),
    leaf,
  )
}

/** The path of a leaf in a tree of 2^depth leaves. */
export function pathIn(leaves: readonly bigint[], at: number): Path {
  const isRight: bigint[] = []
  const sibling: bigint[] = []
  let level = leaves
  for (let place = at; level.length > 1; place >>= 1) {
    isRight.push(BigInt(place & 1))
    sibling.push(level[place ^ 1]!)
    level = Array.from({ length: level.length >> 1 }, (_, i) =>
      poseidon([level[2 * i]!, level[2 * i + 1]!]),
    )
  }
  return { isRight, sibling }
}

export function isPath({ isRight, sibling }: Path, depth: number): boolean {
  const isBit = isRight.every((value) => value === 0n || value === 1n)
  return isBit && isRight.length === depth && sibling.length === depth
}
