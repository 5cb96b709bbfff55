// Gas, as the run counts it. The guest counts one quantum down in `vcp:gas` and calls `vcp.tick`
// below zero; here that becomes a total, a limit and checkpoints. Without checkpoints the quantum
// is the whole limit, so a run pays for them only where they are asked for.
//
// Checkpoints stand at the first metering point past a multiple of `checkpointGas`: the first at
// which more than k * checkpointGas was charged. Metering points and charges are part of the
// instrumented bytes and of the prices, and the total at each is exact, so this place is the same
// on every machine. Multiples are skipped where a single charge passes several, and where they are
// so dense that looking at the memory would outweigh running: the size of the memory at a
// checkpoint, itself the same everywhere, says how much gas at least lies before the next.
import { RunEnd } from './run-end.ts'

export interface GasBounds {
  readonly limit: number
  readonly checkpointGas: number | null
  /**
   * Where given, ticks come at least this often, for whoever watches; the run is none the wiser.
   */
  readonly reportGas: number | null
}

/**
 * Gas between two checkpoints for each page that has to be looked at: about 0.6 ms to run, where
 * comparing a page takes 4 us and hashing it, if all of it changed, 60.
 */
export const gasPerPageWatched = 16_000_000

/** The part of `vcp:gas` that is written and read here. */
export interface GasCounter {
  value: unknown
}

/** Where a meter stands, but for the counter of the guest. */
export interface MeterPosition {
  /** How much the guest was let run in all. */
  readonly granted: number
  /** Infinite without checkpoints. */
  readonly nextCheckpoint: number
}

export interface Meter {
  /** All gas charged so far. */
  used(): number
  /** Charges a host call; ends the run where that is more than the limit. */
  charge(gas: number): void
  /** `vcp.tick`. */
  tick(): void
  position(): MeterPosition
  /** Goes on from another point of the run. */
  resume(position: MeterPosition): void
}

export interface MeterEvents {
  /** Gives the pages of memory that were looked at. */
  checkpoint(gasUsed: number): number
  report(gasUsed: number): void
}

export function createMeter(counter: GasCounter, bounds: GasBounds, events: MeterEvents): Meter {
  const { limit, checkpointGas, reportGas } = bounds
  let granted = 0
  let nextCheckpoint = checkpointGas ?? Number.POSITIVE_INFINITY

  const used = () => granted - Number(counter.value)

  /** Lets the guest run up to the next boundary; it ticks with the first unit beyond. */
  function grant(gasUsed: number): void {
    const nextReport = reportGas === null ? Number.POSITIVE_INFINITY : gasUsed + reportGas
    granted = Math.min(limit, nextCheckpoint, nextReport)
    counter.value = BigInt(granted - gasUsed)
  }

  function endBeyond(gasUsed: number): void {
    if (gasUsed > limit) throw new RunEnd({ kind: 'out_of_gas' })
  }

  grant(0)
  return {
    used,
    charge(gas) {
      const gasUsed = used() + gas
      endBeyond(gasUsed)
      counter.value = BigInt(granted - gasUsed)
    },
    tick() {
      const gasUsed = used()
      endBeyond(gasUsed)
      if (checkpointGas !== null && gasUsed > nextCheckpoint) {
        const due = gasUsed + events.checkpoint(gasUsed) * gasPerPageWatched
        nextCheckpoint = Math.ceil(due / checkpointGas) * checkpointGas
      }
      events.report(gasUsed)
      grant(gasUsed)
    },
    position: () => ({ granted, nextCheckpoint }),
    resume(position) {
      granted = position.granted
      nextCheckpoint = position.nextCheckpoint
    },
  }
}
