// What goes wrong, how often. Each seed has weather of its own, from calm to a storm, so that both
// rare and crowded failures are met.
import type { Chance } from './chance.ts'

export interface Faults {
  /** The chance that a message is lost, and that it comes twice. */
  readonly loss: number
  readonly repeat: number
  /** A message takes up to this long; so the later may overtake the earlier. */
  readonly delayMsMax: number
  /** From one to the next, on average; null: never. */
  readonly partitionEveryMs: number | null
  readonly nodeCrashEveryMs: number | null
  readonly coordinatorCrashEveryMs: number | null
  readonly diskFullEveryMs: number | null
  readonly clockJumpEveryMs: number | null
  /** A write takes up to this long, and the chance that it tears, and the coordinator with it. */
  readonly writeMsMax: number
  readonly tear: number
}

export const noFaults: Faults = {
  loss: 0,
  repeat: 0,
  delayMsMax: 50,
  partitionEveryMs: null,
  nodeCrashEveryMs: null,
  coordinatorCrashEveryMs: null,
  diskFullEveryMs: null,
  clockJumpEveryMs: null,
  writeMsMax: 10,
  tear: 0,
}

export function faultsOf(chance: Chance): Faults {
  const sometimes = (everyMs: number) =>
    chance.happens(0.3) ? null : Math.floor(everyMs * (0.5 + chance.unit()))
  return {
    loss: 0.2 * chance.unit() ** 2,
    repeat: 0.2 * chance.unit() ** 2,
    delayMsMax: chance.pick([20, 200, 2_000, 15_000]),
    partitionEveryMs: sometimes(60_000),
    nodeCrashEveryMs: sometimes(40_000),
    coordinatorCrashEveryMs: sometimes(60_000),
    diskFullEveryMs: sometimes(90_000),
    clockJumpEveryMs: sometimes(60_000),
    writeMsMax: chance.pick([10, 10, 100, 2_000]),
    tear: chance.happens(0.5) ? 0.01 * chance.unit() : 0,
  }
}
