// Witnesses worked out from the constraints themselves, honest ones and such as a forger would try.
import { reduce, scalarModulus } from '../field/scalar-field.ts'
import type { Determination, Step } from './determination.ts'
import type { Constraint, R1cs, Sum } from './r1cs-file.ts'

export type Witness = bigint[]

/** Values for the wires that are inputs. */
export type Inputs = ReadonlyMap<number, bigint>

/** What a forger does at one step, given what an honest prover would, and the value it is to be. */
export type Bend = (step: Step, honest: readonly bigint[], value: bigint) => readonly bigint[]

export function witnessFor(
  { wires, constraints }: R1cs,
  { steps }: Determination,
  inputs: Inputs,
  bend?: { readonly by: number; readonly with: Bend },
): Witness {
  const witness = new Array<bigint>(wires).fill(0n)
  witness[0] = 1n
  for (const [wire, value] of inputs) witness[wire] = reduce(value)
  for (const step of steps) {
    const value = valueAt(step, constraints[step.by]!, witness)
    const honest = step.kind === 'wire' ? [value] : bits(value, step.wires.length)
    const values = step.by === bend?.by ? bend.with(step, honest, value) : honest
    const fixed = step.kind === 'wire' ? [step.wire] : step.wires
    for (const [i, wire] of fixed.entries()) witness[wire] = reduce(values[i]!)
  }
  return witness
}

/**
 * What the constraint leaves for the step's wires, which count as 0 as long as they are not set.
 */
function valueAt(step: Step, { a, b, c }: Constraint, witness: Witness): bigint {
  const rest = evaluated(a, witness) * evaluated(b, witness) - evaluated(c, witness)
  return reduce(reduce(rest) * step.factor)
}

/** The lowest bits; a value that has more fails the constraint afterwards. */
export function bits(value: bigint, count: number): bigint[] {
  return Array.from({ length: count }, (_, i) => (value >> BigInt(i)) & 1n)
}

/** The first constraint that does not hold, `except` left out; null if all do. */
export function broken(
  { constraints }: R1cs,
  witness: Witness,
  except: number | null = null,
): number | null {
  const at = constraints.findIndex((each, i) => i !== except && !holds(each, witness))
  return at === -1 ? null : at
}

/** Every constraint that does not hold. */
export function allBroken({ constraints }: R1cs, witness: Witness): number[] {
  return constraints.flatMap((each, i) => (holds(each, witness) ? [] : [i]))
}

function holds({ a, b, c }: Constraint, witness: Witness): boolean {
  return reduce(evaluated(a, witness) * evaluated(b, witness) - evaluated(c, witness)) === 0n
}

function evaluated(sum: Sum, witness: Witness): bigint {
  let total = 0n
  for (const [wire, coefficient] of sum) total += coefficient * witness[wire]!
  return total % scalarModulus
}
