import { closedBreaker, describeTrip, profiles, readBreaker } from '@vcp/protocol'
import { capabilitiesOf } from '../hardware/capabilities.ts'
import { describeHardware } from '../hardware/describe.ts'
import { detectHardware } from '../hardware/detect.ts'
import { describeFits, fitsOf } from '../hardware/fit.ts'
import { type Demonstration, fact, step } from './demonstration.ts'

/** What this machine is, and which tasks of which network it could take. */
export const machine: Demonstration = {
  name: 'machine',
  about: 'what this machine is; what could not be read is unknown, never guessed',
  async run({ host, folder }) {
    const { env, signal } = host
    const hardware = await detectHardware({ dataDir: folder, env, signal })
    const seen = describeHardware(hardware).map(([name, value]) => fact(name, value))
    const capabilities = capabilitiesOf(hardware)
    const nowMs = host.nowMs()
    const reading = {
      atMs: nowMs,
      temperatureC: hardware.temperature?.cpu_c ?? null,
      latencyMs: null,
      consecutiveErrors: 0,
    }
    const breaker = readBreaker(closedBreaker(nowMs), reading)
    const hot = readBreaker(breaker, { ...reading, temperatureC: 95 })
    return [
      ...seen,
      fact(
        'the circuit breaker, with these readings',
        breaker.reason === null
          ? breaker.state
          : `${breaker.state}: ${describeTrip(breaker.reason)}`,
      ),
      step(
        'the same at 95 °C',
        hot.state === 'open',
        `${hot.state}${hot.reason === null ? '' : `: ${describeTrip(hot.reason)}`}`,
      ),
      ...Object.values(profiles).map((profile) => {
        const fits = fitsOf(capabilities, profile)
        const outcome =
          fits === null ? 'unknown: cores or memory could not be read' : describeFits(fits)
        return fact(`under the profile ${profile.name} the hardware is enough`, outcome)
      }),
    ]
  },
}
