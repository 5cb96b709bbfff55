// The virtual clock: one unit of gas is one nanosecond. The same program therefore sees the same
// times on every machine, time never stands still while it computes, and a run with the default
// 10^10 gas lives through ten seconds. The wall clock begins at a fixed moment, the others at 0.

/** 2020-01-01T00:00:00Z, where the wall clock of every run begins. */
export const epochNs = 1_577_836_800_000_000_000n

/** The least step of every clock, in nanoseconds. */
export const clockResolutionNs = 1n

const REALTIME = 0
const THREAD_CPU = 3

/** What a clock shows after so much gas; null for a clock that is none of the four. */
export function clockNs(clock: number, gasUsed: number): bigint | null {
  if (clock > THREAD_CPU) return null
  const elapsed = BigInt(gasUsed)
  return clock === REALTIME ? epochNs + elapsed : elapsed
}
