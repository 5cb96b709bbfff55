import {
  Capabilities,
  closedBreaker,
  demandOf,
  describeMismatch,
  describeTrip,
  mismatches,
  profiles,
  Requirements,
  readBreaker,
} from '@vcp/protocol'
import { capabilitiesOf } from '../hardware/capabilities.ts'
import { describeHardware } from '../hardware/describe.ts'
import { detectHardware } from '../hardware/detect.ts'
import { type Demonstration, fact, type Step, step } from './demonstration.ts'

/** What this machine is, and which tasks of which network it could take. */
export const machine: Demonstration = {
  name: 'machine',
  about: 'what this machine is; what could not be read is unknown, never guessed',
  async run({ host, folder }) {
    const { env, signal } = host
    const hardware = await detectHardware({ dataDir: folder, env, signal })
    const seen = describeHardware(hardware).map(([name, value]) => fact(name, value))
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
      ...fits(capabilitiesOf(hardware)),
    ]
  },
}

function fits(read: ReturnType<typeof capabilitiesOf>): readonly Step[] {
  const capabilities = Capabilities.safeParse({ ...read, engines: {} })
  if (!capabilities.success) {
    return [fact('which tasks it could take', 'unknown: cores or memory could not be read')]
  }
  return Object.values(profiles).map((profile) => {
    const demand = demandOf('wasm_execution', Requirements.parse({}), profile)
    const found = mismatches(demand, {
      nodeType: 'compute',
      region: 'unknown',
      capabilities: capabilities.data,
      status: 'online',
      mode: 'active',
      health: null,
      latencyMs: null,
      openAssignments: 0,
    })
    const reasons = found.map(describeMismatch).join('; ')
    return fact(`a wasm_execution task under the profile ${profile.name}`, reasons || 'fits')
  })
}
