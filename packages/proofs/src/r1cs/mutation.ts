// Is each constraint of a circuit needed? One is taken out, and a forger tries what that gives:
// bend the wire that it fixed, put whatever is left over into a bit that is held to 0 and 1 no
// more, or claim inputs that the statement does not hold for: those that were tried anyway, or such
// as agree with what was bent. A forgery is a witness that all remaining constraints take, while
// the statement does not hold or says something else.

import { invert, reduce } from '../field/scalar-field.ts'
import type { BitsStep, Determination, Step } from './determination.ts'
import type { R1cs } from './r1cs-file.ts'
import type { Rework } from './rework.ts'
import {
  allBroken,
  type Bend,
  broken,
  type Inputs,
  residual,
  type Witness,
  witnessFor,
} from './witness.ts'

export interface Trial {
  readonly inputs: Inputs
  /** The outputs that are true for these inputs; null where the statement does not hold. */
  readonly outputs: readonly bigint[] | null
  readonly witness: Witness
  /** Constraints that the witness for these inputs breaks. */
  readonly broken: readonly number[]
}

export interface Target {
  readonly system: R1cs
  readonly determination: Determination
  readonly rework: Rework
  /** Honest inputs first, then lies. */
  readonly trials: readonly Trial[]
  /** More honest inputs. */
  readonly others?: readonly Trial[]
  /** Inputs that agree with a bent witness, for a trial or, after those, one of the others. */
  readonly adapt?: (trial: number, witness: Witness) => Adapted | null
}

export type Adapted = Pick<Trial, 'inputs' | 'outputs'>

export interface Forgery {
  readonly without: number
  readonly trial: number
  readonly bend: string | null
}

/** A forgery that only constraint `without` keeps from being taken; null if none was found. */
export function forgeryWithout(target: Target, without: number): Forgery | null {
  const { system, determination, rework } = target
  const trials = [...target.trials, ...(target.others ?? [])]
  const bends = bendsFor(target, without)
  const ranges = new Set(determination.steps.filter(isRange).map(({ by }) => by))
  for (const trial of byPromise(trials, [without, ...bends.map((bend) => bend?.by ?? without)])) {
    const { witness: honest, outputs, broken: list } = trials[trial]!
    for (const bend of withSolution(bends, target, trials[trial]!, without)) {
      const forgery = { without, trial, bend: bend?.name ?? null }
      const bent = bend === null ? { witness: honest, changed: [] } : rework.bent(honest, bend)
      const left = rework.broken(bent, list, without)
      if (!isTrue(bent.witness, outputs) && left.length === 0) return forgery
      if (outputs === null || bent.changed.length === 0) continue
      if (left.some((at) => ranges.has(at))) continue // other inputs make a number no smaller
      const adapted = target.adapt?.(trial, bent.witness) ?? null
      if (adapted === null) continue
      const again = witnessFor(system, determination, adapted.inputs, bend ?? undefined)
      if (isTrue(again, adapted.outputs)) continue
      if (broken(system, again, without) === null) return forgery
    }
  }
  return null
}

function isRange({ kind }: Step): boolean {
  return kind === 'bits'
}

/** The bends, and only when those have come to nothing the one that costs more to find. */
function* withSolution(
  bends: readonly (NamedBend | null)[],
  target: Target,
  trial: Trial,
  without: number,
): Generator<NamedBend | null> {
  yield* bends
  const solution = solvingBend(target, trial, without)
  if (solution !== null) yield solution
}

/**
 * The value of the wire that is free now for which the one other constraint that a lie breaks
 * holds, if that depends on it without squares.
 */
function solvingBend(
  { system, determination, rework }: Target,
  { witness, broken: list }: Trial,
  without: number,
): NamedBend | null {
  const own = determination.steps.find(({ by }) => by === without)
  const [other, ...more] = list.filter((at) => at !== without)
  if (own === undefined || own.kind === 'bits' || other === undefined || more.length > 0)
    return null
  const at = (change: bigint): bigint => {
    const bend = { by: without, with: (_: Step, [value]: readonly bigint[]) => [value! + change] }
    return residual(system.constraints[other]!, rework.bent(witness, bend).witness)
  }
  const [first, second] = [at(0n), at(1n)]
  if (first === second) return null
  const change = reduce(-first * invert(second - first))
  return { name: 'solved', by: without, with: (_, [value]) => [value! + change] }
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
export function hole({ trials }: Pick<Target, 'trials'>): number | null {
  const at = trials.findIndex(
    ({ witness, outputs, broken: list }) => list.length === 0 && !isTrue(witness, outputs),
  )
  return at === -1 ? null : at
}

/** Inputs and what is true for them, with what they break of a circuit. */
export function trialOf(
  { system, determination }: Pick<Target, 'system' | 'determination'>,
  inputs: Inputs,
  outputs: readonly bigint[] | null,
): Trial {
  const witness = witnessFor(system, determination, inputs)
  return { inputs, outputs, witness, broken: allBroken(system, witness) }
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
    const bends = own.kind === 'bits' ? bitsBends : wireBends
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
    ...nearest(step.wires.length, free).map(
      (i) =>
        [
          `bit ${i} turned`,
          (honest: readonly bigint[]) => honest.with(i, 1n - honest[i]!),
        ] as const,
    ),
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

/** Every place but one, those close to it first. */
function nearest(count: number, to: number): number[] {
  const places = [...Array(count).keys()].filter((i) => i !== to)
  return places.sort((one, two) => Math.abs(one - to) - Math.abs(two - to))
}
