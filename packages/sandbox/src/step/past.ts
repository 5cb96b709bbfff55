// A machine that can be brought to any step of its run. On the first way it keeps states at even
// distances, at most so many: where they get too many every second is dropped, and the distance
// doubled. Later it keeps the last few places as well, for a bisection comes back near them.
import type { StepMachine } from './machine.ts'
import type { Snapshot, StateTree } from './state-tree.ts'

export interface Past {
  /** Runs on for some time, or to the end. */
  advance(): void
  /** Gives the state there, to come back to. */
  goTo(step: number): Snapshot
}

const visitedMax = 8

export interface PastBounds {
  readonly keptMax: number
  /** Steps between two kept states, at first. */
  readonly distance: number
}

const usual: PastBounds = { keptMax: 64, distance: 2 ** 22 }

interface Kept {
  readonly step: number
  readonly snapshot: Snapshot
}

export function createPast(
  machine: StepMachine,
  tree: StateTree,
  run: (steps: number) => void,
  { keptMax, distance: firstDistance }: PastBounds = usual,
): Past {
  let distance = firstDistance
  let kept: Kept[] = [{ step: 0, snapshot: tree.snapshot() }]
  let visited: Kept[] = []

  function nearest(step: number): Kept {
    const before = [...kept, ...visited].filter((one) => one.step <= step)
    return before.reduce((best, one) => (one.step > best.step ? one : best))
  }

  return {
    advance() {
      run(distance)
      if (machine.ended) return
      kept.push({ step: machine.state.steps, snapshot: tree.snapshot() })
      if (kept.length <= keptMax) return
      kept = kept.filter((_, i) => i % 2 === 0)
      distance *= 2
    },
    goTo(step) {
      const from = nearest(step)
      const present = machine.state.steps
      if (present > step || present < from.step) tree.restore(from.snapshot)
      run(step - machine.state.steps)
      const snapshot = tree.snapshot()
      visited = [...visited.slice(1 - visitedMax), { step, snapshot }]
      return snapshot
    },
  }
}
