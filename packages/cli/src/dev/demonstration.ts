import type { Host } from '../host.ts'

/** What was tried and what came of it. A fact that was only read neither holds nor fails: null. */
export interface Step {
  readonly what: string
  readonly outcome: string
  readonly holds: boolean | null
}

export interface Stage {
  readonly host: Host
  /** An empty folder of the demonstration's own; it is gone afterwards. */
  readonly folder: string
  /** Says what is under way, to whoever waits. */
  doing(what: string): void
}

/** Shows one part of vcp at work, on real data of this machine. */
export interface Demonstration {
  readonly name: string
  readonly about: string
  run(stage: Stage): Promise<readonly Step[]>
}

export function fact(what: string, outcome: string): Step {
  return { what, outcome, holds: null }
}

export function step(what: string, holds: boolean, outcome: string): Step {
  return { what, outcome, holds }
}
