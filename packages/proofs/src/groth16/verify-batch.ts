// Many proofs for one key at once. Each equation is raised to a random odd power of 128 bits and
// all are multiplied: a false one survives that with a chance of 2^-127. The final exponentiation
// and three of four pairings are then paid for once. Where the product is not one, halves are
// looked at until each false proof stands alone.
import { bytesToNumberBE } from '@noble/curves/utils.js'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { scalarModulus } from '../field/scalar-field.ts'
import {
  type CurvePoint,
  oddMultiples,
  oppositeOf,
  sumOfTerms,
  type Term,
} from '../pairing/curve-sums.ts'
import { isUnity } from '../pairing/final-exponentiation.ts'
import { millerLoop } from '../pairing/miller-loop.ts'
import { curvePoint, type G1Point } from './points.ts'
import { inputPoint, type VerificationKey } from './verification-key.ts'
import { type Claim, signalsFor } from './verify.ts'

/** Random bytes that whoever made the proofs could not foresee. */
export type RandomBytes = (count: number) => Uint8Array

interface Weighed {
  readonly at: number
  readonly claim: Claim
  readonly weight: bigint
  readonly negatedA: CurvePoint
  readonly c: Term
}

/** The outcome of each claim, in order: the same as `verify` of each alone. */
export function verifyBatch(
  key: VerificationKey,
  claims: readonly Claim[],
  randomBytes: RandomBytes,
): Outcome<true>[] {
  const outcomes = claims.map(({ signals }): Outcome<true> => {
    const taken = signalsFor(key, signals)
    return taken.ok ? pass(true) : taken
  })
  const weighed = claims.flatMap((claim, at): Weighed[] =>
    outcomes[at]?.ok === true ? [weigh(claim, at, randomBytes)] : [],
  )
  for (const at of falseOnes(key, weighed)) {
    outcomes[at] = refuse('ZK_PROOF_INVALID', 'the equation does not hold')
  }
  return outcomes
}

function weigh(claim: Claim, at: number, randomBytes: RandomBytes): Weighed {
  const weight = bytesToNumberBE(randomBytes(16)) | 1n // never 0, which would leave the claim out
  const { a, c } = claim.proof
  return {
    at,
    claim,
    weight,
    negatedA: oppositeOf(sumOfTerms([term(a, weight)])),
    c: term(c, weight),
  }
}

function term(point: G1Point, scalar: bigint): Term {
  return { multiples: oddMultiples(curvePoint(point), 8), scalar }
}

function falseOnes(key: VerificationKey, weighed: readonly Weighed[]): number[] {
  if (weighed.length === 0 || holdsForAll(key, weighed)) return []
  if (weighed.length === 1) return weighed.map(({ at }) => at)
  const middle = weighed.length >> 1
  return [...falseOnes(key, weighed.slice(0, middle)), ...falseOnes(key, weighed.slice(middle))]
}

function holdsForAll(key: VerificationKey, weighed: readonly Weighed[]): boolean {
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0n) % scalarModulus
  // The signals are combined as numbers first: one multiplication a signal, not one a proof.
  const signals = key.inputs
    .slice(1)
    .map(
      (_, i) =>
        weighed.reduce((sum, { weight, claim }) => sum + weight * claim.signals[i]!, 0n) %
        scalarModulus,
    )
  const product = millerLoop([
    ...weighed.map(({ claim, negatedA }) => ({ point: negatedA, lines: claim.proof.b.lines })),
    { point: sumOfTerms([term(key.alpha, total)]), lines: key.beta },
    { point: inputPoint(key, signals, total), lines: key.gamma },
    { point: sumOfTerms(weighed.map(({ c }) => c)), lines: key.delta },
  ])
  return isUnity(product)
}
