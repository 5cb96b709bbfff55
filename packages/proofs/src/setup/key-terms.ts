// The table of a proving key that is not made of points: the left and right sums of each
// constraint, which a prover multiplies a witness with.
import type { R1csReader, Sum } from '../r1cs/r1cs-file.ts'

export interface KeyTerm {
  /** 0 for a left sum, 1 for a right one. */
  readonly matrix: number
  readonly row: number
  readonly wire: number
  readonly coefficient: bigint
}

/** A term in the file: three numbers of four bytes, and the coefficient. */
export const termBytes = 44

/** In the order of the file: constraint by constraint, then a row for each public signal. */
export function* termsOf({ each, count, outputs, publicInputs }: R1csReader): Generator<KeyTerm> {
  const sum = (matrix: number, row: number, terms: Sum): KeyTerm[] =>
    terms.map(([wire, coefficient]) => ({ matrix, row, wire, coefficient }))
  let row = 0
  for (const { a, b } of each()) {
    yield* sum(0, row, a)
    yield* sum(1, row, b)
    row += 1
  }
  for (let wire = 0; wire <= outputs + publicInputs; wire++) {
    yield { matrix: 0, row: count + wire, wire, coefficient: 1n }
  }
}
