// The machine as it was measured. A breaker that opens stops nothing that runs, unless the machine
// grows too hot all the same.
import { pass } from '@vcp/protocol'
import { readAgain } from './breaker.ts'
import type { Decider } from './decide.ts'
import { fail } from './runs.ts'
import { runningOf } from './state.ts'
import type { Turn } from './turn.ts'

/** So far above where the breaker opens, runs are given up, one for each reading. */
const CRITICAL_ABOVE_C = 5

export const measured: Decider<'measured'> = (turn, { reading }) => {
  turn.state.reading = reading
  turn.state.readAtMs = turn.atMs
  readAgain(turn)
  shed(turn)
  return pass(null)
}

/** The newest run has the least to lose. */
function shed(turn: Turn): void {
  const { state } = turn
  const temperatureC = state.reading?.telemetry.temperature_c ?? null
  const criticalC = state.settings.breaker.temperatureOpenC + CRITICAL_ABOVE_C
  if (temperatureC === null || temperatureC <= criticalC) return
  const newest = runningOf(state).toSorted((a, b) => b.acceptedAtMs - a.acceptedAtMs)[0]
  if (newest === undefined) return
  const reason = `stopped: the machine is at ${temperatureC} °C`
  const { taskId, leaseEpoch } = newest
  fail(turn, newest, reason, { isOurs: false })
  turn.want({ type: 'stop-run', taskId, leaseEpoch, reason })
}
