// Is each constraint of a circuit needed? One is taken out, and a forger tries what that gives:
// bend the wire that it fixed, put whatever is left over into a bit that is held to 0 and 1 no
// more, or claim inputs that the statement does not hold for. A forgery is a witness that all
// remaining constraints take, while the statement does not hold or says something else.

import { invert, reduce } from '../field/scalar-field.ts'
import type { BitsStep, Determination } from './determination.ts'
import type { R1cs } from './r1cs-file.ts'
import { allBroken, type Bend, broken, type Inputs, type Witness, witnessFor } from './witness.ts'

export interface Trial {
  readonly inputs: Inputs
  /** The outputs that are true for these inputs; null where the statement does not hold. */
  readonly outputs: readonly bigint[] | null
  /** Constraints that the witness for these inputs breaks. */
  readonly broken: readonly number[]
}

export interface Target {
  readonly system: R1cs
  readonly determination: Determination
  /** Honest inputs first, then lies. */
  readonly trials: readonly Trial[]
}

export interface Forgery {
  readonly without: number
  readonly trial: number
  readonly bend: string | null
}

/** A forgery that only constraint `without` keeps from being taken; null if none was found. */
export function forgeryWithout(target: Target, without: number): Forgery | null {
  const { system, determination, trials } = target
  const bends = bendsFor(target, without)
  for (const trial of byPromise(trials, [without, ...bends.map((bend) => bend?.by ?? without)])) {
    const { inputs, outputs } = trials[trial]!
    for (const bend of bends) {
      const witness = witnessFor(system, determination, inputs, bend ?? undefined)
      if (isTrue(witness, outputs)) continue
      if (broken(system, witness, without) !== null) continue
      return { without, trial, bend: bend?.name ?? null }
    }
  }
  return null
}

/**
 * The places of the trials, those first that break nothing but these constraints, then what breaks
 * something close by: circom numbers constraints as they are written. It saves hours, no more.
 */
function byPromise(trials: readonly Trial[], removed: readonly number[]): number[] {
  const distance = ({ broken: list }: Trial): number => {
    if (list.length === 0) return 0
    if (list.every((at) => removed.includes(at))) return -1
    return Math.min(...list.map((at) => Math.abs(at - removed[0]!))) + list.length
  }
  const distances = trials.map(distance)
  return [...trials.keys()].sort((one, two) => distances[one]! - distances[two]!)
}

/** A witness that all constraints take although the statement is false: a hole; null if none. */
export function hole({ system, determination, trials }: Target): number | null {
  const at = trials.findIndex(
    ({ inputs, outputs, broken: list }) =>
      list.length === 0 && !isTrue(witnessFor(system, determination, inputs), outputs),
  )
  return at === -1 ? null : at
}

/** Inputs and what is true for them, with what they break of a circuit. */
export function trialOf(
  { system, determination }: Omit<Target, 'trials'>,
  inputs: Inputs,
  outputs: readonly bigint[] | null,
): Trial {
  return { inputs, outputs, broken: allBroken(system, witnessFor(system, determination, inputs)) }
}

function isTrue(witness: Witness, outputs: readonly bigint[] | null): boolean {
  return outputs?.every((value, i) => witness[i + 1] === reduce(value)) ?? false
}

interface NamedBend {
  readonly name: string
  readonly by: number
  readonly with: Bend
}

function bendsFor({ determination }: Target, without: number): (NamedBend | null)[] {
  const { steps, booleans } = determination
  const own = steps.find(({ by }) => by === without)
  if (own !== undefined) {
    const bends = own.kind === 'wire' ? wireBends : bitsBends
    return bends.map(([name, bend]) => ({ name, by: without, with: bend }))
  }
  for (const [wire, by] of booleans) {
    if (by !== without) continue
    const step = steps.find((each) => each.kind === 'bits' && each.wires.includes(wire))
    if (step?.kind === 'bits') return [...absorbing(step, wire), null]
  }
  return [null]
}

const wireBends: readonly (readonly [string, Bend])[] = [
  ['one more', (_, [value]) => [value! + 1n]],
  ['zero', () => [0n]],
  ['one', () => [1n]],
  ['twice', (_, [value]) => [value! * 2n]],
  ['2^16 more', (_, [value]) => [value! + (1n << 16n)]],
  ['2^20 more', (_, [value]) => [value! + (1n << 20n)]],
  ['2^22 more', (_, [value]) => [value! + (1n << 22n)]],
]

/** Bits of another number than the one they are to be of. */
const bitsBends: readonly (readonly [string, Bend])[] = [
  ['its lowest bits', (_, honest) => honest],
  ['all bits zero', (_, honest) => honest.map(() => 0n)],
  ['the highest bit turned', (_, honest) => honest.with(-1, 1n - honest.at(-1)!)],
  ['the lowest bit turned', (_, honest) => honest.with(0, 1n - honest[0]!)],
]

/**
 * Ways in which one bit that may be anything makes the sum right: with the others as they would be,
 * all zero, or one end turned.
 */
function absorbing(step: BitsStep, wire: number): NamedBend[] {
  const free = step.wires.indexOf(wire)
  const others: readonly (readonly [string, (honest: readonly bigint[]) => readonly bigint[]])[] = [
    ['the others as they are', (honest) => honest],
    ['the others zero', (honest) => honest.map(() => 0n)],
    ['the highest turned', (honest) => honest.with(-1, 1n - honest.at(-1)!)],
    ['the lowest turned', (honest) => honest.with(0, 1n - honest[0]!)],
  ]
  return others.map(([name, choose]) => ({
    name: `bit ${free} takes the rest, ${name}`,
    by: step.by,
    with: (_, honest, value) => {
      const chosen = choose(honest).with(free, 0n)
      const sum = chosen.reduce((total, bit, i) => total + (bit << BigInt(i)), 0n)
      return chosen.with(free, reduce((value - sum) * invert(1n << BigInt(free))))
    },
  }))
}
