// Witnesses worked out from the constraints themselves, honest ones and such as a forger would try.
import { invert, reduce, scalarModulus } from '../field/scalar-field.ts'
import { type Determination, type Step, wiresOf } from './determination.ts'
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
    const bent = step.by === bend?.by ? bend.with : null
    const values = settled(step, constraints[step.by]!, witness, bent)
    for (const [i, wire] of wiresOf(step).entries()) witness[wire] = values[i]!
  }
  return witness
}

/** The values of the wires that a step fixes, given those before; what they have now is ignored. */
export function settled(
  step: Step,
  constraint: Constraint,
  witness: Witness,
  bend: Bend | null,
): bigint[] {
  const wires = wiresOf(step)
  const before = wires.map((wire) => witness[wire]!)
  for (const wire of wires) witness[wire] = 0n
  const value = valueAt(step, constraint, witness)
  for (const [i, wire] of wires.entries()) witness[wire] = before[i]!
  const honest = step.kind === 'bits' ? bits(value, wires.length) : [value]
  return (bend === null ? honest : bend(step, honest, value)).map(reduce)
}

/**
 * What the constraint leaves for the step's wires, which count as 0 as long as they are not set.
 */
function valueAt(step: Step, { a, b, c }: Constraint, witness: Witness): bigint {
  if (step.kind === 'quotient') {
    const divisor = reduce(evaluated(step.divisor, witness))
    return divisor === 0n ? 0n : reduce(step.factor * invert(divisor)) // 0 breaks the constraint
  }
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

export function holds(constraint: Constraint, witness: Witness): boolean {
  return residual(constraint, witness) === 0n
}

/** By how much a constraint does not hold. */
export function residual({ a, b, c }: Constraint, witness: Witness): bigint {
  return reduce(evaluated(a, witness) * evaluated(b, witness) - evaluated(c, witness))
}

function evaluated(sum: Sum, witness: Witness): bigint {
  let total = 0n
  for (const [wire, coefficient] of sum) total += coefficient * witness[wire]!
  return total % scalarModulus
}
