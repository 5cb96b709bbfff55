// Witnesses that differ from a known one in a few wires: only what follows from those is worked out
// again. A harness that bends each constraint of a circuit in dozens of ways lives on it.
import { type Determination, type Step, wiresOf } from './determination.ts'
import type { Constraint, R1cs } from './r1cs-file.ts'
import { type Bend, holds, settled, type Witness } from './witness.ts'

export interface Reworked {
  readonly witness: Witness
  /** Wires whose value is another one now. */
  readonly changed: readonly number[]
}

export class Rework {
  readonly #constraints: readonly Constraint[]
  readonly #steps: readonly Step[]
  /** Places of the steps that work with a wire, and constraints that it is in. */
  readonly #stepsOf: readonly (readonly number[])[]
  readonly #constraintsOf: readonly (readonly number[])[]

  constructor({ wires, constraints }: R1cs, { steps }: Determination) {
    this.#constraints = constraints
    this.#steps = steps
    const constraintsOf = Array.from({ length: wires }, (): number[] => [])
    for (const [at, { a, b, c }] of constraints.entries()) {
      for (const wire of new Set([...a, ...b, ...c].map(([each]) => each))) {
        constraintsOf[wire]!.push(at)
      }
    }
    const placeOf = new Map(steps.map(({ by }, place) => [by, place]))
    this.#constraintsOf = constraintsOf
    this.#stepsOf = constraintsOf.map((list) => list.flatMap((at) => placeOf.get(at) ?? []))
  }

  /** The witness with one step bent. */
  bent(from: Witness, { by, with: bend }: { readonly by: number; readonly with: Bend }): Reworked {
    const witness = [...from]
    const changed: number[] = []
    const isDue = new Uint8Array(this.#steps.length)
    const first = this.#steps.findIndex((step) => step.by === by)
    if (first === -1) return { witness, changed }
    isDue[first] = 1
    for (let place = first; place < this.#steps.length; place++) {
      if (isDue[place] === 0) continue
      const step = this.#steps[place]!
      const values = settled(
        step,
        this.#constraints[step.by]!,
        witness,
        place === first ? bend : null,
      )
      for (const [i, wire] of wiresOf(step).entries()) {
        if (values[i] === from[wire]) continue
        witness[wire] = values[i]!
        changed.push(wire)
        for (const user of this.#stepsOf[wire]!) if (user > place) isDue[user] = 1
      }
    }
    return { witness, changed }
  }

  /** Constraints that do not hold, `without` left out; `before` are those that did not already. */
  broken({ witness, changed }: Reworked, before: readonly number[], without: number): number[] {
    const touched = new Set(before)
    for (const wire of changed) for (const at of this.#constraintsOf[wire]!) touched.add(at)
    touched.delete(without)
    return [...touched].filter((at) => !holds(this.#constraints[at]!, witness))
  }
}
