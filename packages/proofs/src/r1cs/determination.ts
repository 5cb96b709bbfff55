// Whether the inputs of a circuit leave any freedom to who proves. Wire by wire it finds the
// constraint that fixes it: a sum in which it is the only unknown, with a constant coefficient, a
// product that is to be a constant other than 0, or a decomposition into bits that are each held to
// 0 and 1. A circuit all of whose wires are found
// has exactly one witness for its inputs, or none: no private signal can be bent. The order of what
// was found is also how a witness is worked out.
import { invert, reduce, scalarModulus } from '../field/scalar-field.ts'
import type { Constraint, R1cs, Sum } from './r1cs-file.ts'

/** One step towards a witness: constraint number `by` fixes these wires. */
export type Step = WireStep | QuotientStep | BitsStep

export interface WireStep {
  readonly by: number
  readonly kind: 'wire'
  readonly wire: number
  /** What the rest of the constraint is multiplied by to give the wire. */
  readonly factor: bigint
}

/** The wire, times what is known, is a constant: so what is known is not 0, or nothing passes. */
export interface QuotientStep {
  readonly by: number
  readonly kind: 'quotient'
  readonly wire: number
  /** The constant, by the coefficient of the wire. */
  readonly factor: bigint
  readonly divisor: Sum
}

export interface BitsStep {
  readonly by: number
  readonly kind: 'bits'
  /** Lowest bit first. */
  readonly wires: readonly number[]
  readonly factor: bigint
}

export interface Determination {
  readonly steps: readonly Step[]
  /** Constraints that hold a wire to 0 and 1, by the wire. */
  readonly booleans: ReadonlyMap<number, number>
  /** Wires that nothing fixes: each is a hole, unless a proof on paper says otherwise. */
  readonly free: readonly number[]
}

export function determine(system: R1cs): Determination {
  const booleans = booleansOf(system)
  const isBoolean = new Set(booleans.values())
  const inputsEnd = 1 + system.outputs + system.publicInputs + system.privateInputs
  const isKnown = new Uint8Array(system.wires)
  isKnown[0] = 1
  isKnown.fill(1, 1 + system.outputs, inputsEnd)
  const users = usersOf(system)
  const steps: Step[] = []
  const waiting = system.constraints.map((_, i) => i)
  while (waiting.length > 0) {
    const at = waiting.pop()!
    if (isBoolean.has(at)) continue
    const step = stepBy(at, system.constraints[at]!, isKnown, booleans)
    if (step === null) continue
    steps.push(step)
    for (const wire of wiresOf(step)) {
      isKnown[wire] = 1
      waiting.push(...users[wire]!)
    }
  }
  return { steps, booleans, free: [...isKnown.keys()].filter((wire) => isKnown[wire] === 0) }
}

/** What a step fixes. */
export function wiresOf(step: Step): readonly number[] {
  return step.kind === 'bits' ? step.wires : [step.wire]
}

function stepBy(
  by: number,
  { a, b, c }: Constraint,
  isKnown: Uint8Array,
  booleans: ReadonlyMap<number, number>,
): Step | null {
  const isUnknown = ([wire]: readonly [number, bigint]) => isKnown[wire] === 0
  if ([...a, ...b].some(isUnknown)) return quotientBy(by, { a, b, c }, isUnknown)
  const unknown = c.filter(isUnknown)
  const [first] = unknown
  if (first === undefined) return null
  if (unknown.length === 1) return { by, kind: 'wire', wire: first[0], factor: invert(first[1]) }
  if (a.length > 0 && b.length > 0) return null // a product is not taken apart into bits
  const bits = bitsOf(unknown)
  if (bits === null || !bits.wires.every((wire) => booleans.has(wire))) return null
  return { by, kind: 'bits', ...bits }
}

function quotientBy(
  by: number,
  { a, b, c }: Constraint,
  isUnknown: (term: Sum[number]) => boolean,
): Step | null {
  const [[constant, ...others], isSwapped] = [c, b.some(isUnknown)]
  const [own, divisor] = isSwapped ? [b, a] : [a, b]
  const [term, ...rest] = own
  if (constant?.[0] !== 0 || others.length > 0 || term === undefined || rest.length > 0) return null
  if (divisor.some(isUnknown)) return null
  const factor = reduce(constant[1] * invert(term[1]))
  return { by, kind: 'quotient', wire: term[0], factor, divisor }
}

/**
 * The wires in order, if their coefficients are one another doubled, and fewer than the field has.
 */
function bitsOf(terms: Sum): { wires: number[]; factor: bigint } | null {
  const byCoefficient = new Map(terms.map(([wire, coefficient]) => [coefficient, wire]))
  const half = invert(2n)
  const unit = terms.find(([, coefficient]) => !byCoefficient.has(reduce(coefficient * half)))?.[1]
  if (unit === undefined || terms.length > 252) return null
  const wires: number[] = []
  for (let at = unit; byCoefficient.has(at); at = reduce(at * 2n))
    wires.push(byCoefficient.get(at)!)
  return wires.length === terms.length ? { wires, factor: invert(unit) } : null
}

/** Constraints w (w - 1) = 0, whichever way round and however scaled. */
function booleansOf({ constraints }: R1cs): Map<number, number> {
  const booleans = new Map<number, number>()
  for (const [at, { a, b, c }] of constraints.entries()) {
    if (c.length > 0) continue
    for (const [one, two] of [
      [a, b],
      [b, a],
    ] as const) {
      const wire = one.length === 1 ? one[0]![0] : 0
      if (wire !== 0 && isRootOne(two, wire)) booleans.set(wire, at)
    }
  }
  return booleans
}

/** Whether the sum is a multiple of w - 1. */
function isRootOne(sum: Sum, wire: number): boolean {
  const own = sum.find(([each]) => each === wire)?.[1]
  const constant = sum.find(([each]) => each === 0)?.[1]
  if (sum.length !== 2 || own === undefined || constant === undefined) return false
  return own + constant === scalarModulus
}

function usersOf({ wires, constraints }: R1cs): number[][] {
  const users = Array.from({ length: wires }, (): number[] => [])
  for (const [at, { a, b, c }] of constraints.entries()) {
    for (const wire of new Set([...a, ...b, ...c].map(([each]) => each))) users[wire]!.push(at)
  }
  return users
}
