// Every hostile run, with how it ends.
import { exhaustingRuns } from './hostile-exhaustion.ts'
import type { HostileRun } from './hostile-run.ts'
import { trappingRuns } from './hostile-traps.ts'
import { worldlyRuns } from './hostile-world.ts'

export const hostileRuns: readonly HostileRun[] = [
  ...exhaustingRuns,
  ...worldlyRuns,
  ...trappingRuns,
]
