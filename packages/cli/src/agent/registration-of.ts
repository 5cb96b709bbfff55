// What a node says of itself when it joins: what was measured of its machine, and the engines that
// have shown that they run here.
import { Capabilities, limits, type Registration, VcpError } from '@vcp/protocol'
import { type Engines, versionsOf } from '../engines/engines.ts'
import { capabilitiesOf } from '../hardware/capabilities.ts'
import type { Essentials } from '../hardware/essentials.ts'

export interface RegistrationSettings
  extends Pick<Registration, 'node_id' | 'region' | 'node_type' | 'addresses' | 'software'> {
  /** As transfers have shown it; null before any has. */
  readonly bandwidthMbps: number | null
  /** Tasks at a time. */
  readonly tasksMax: number
}

/** Fails with `INVALID` where the machine does not show that it has what a node must have. */
export function registrationOf(
  hardware: Essentials,
  engines: Pick<Engines, 'ready' | 'trainer'>,
  { bandwidthMbps, tasksMax, ...said }: RegistrationSettings,
): Registration {
  // The protocol has no word for a slower line: it stays unknown, which counts as none.
  const isKnown = bandwidthMbps !== null && bandwidthMbps >= limits.bandwidthMbpsMin
  const read = Capabilities.safeParse({
    ...capabilitiesOf(hardware),
    bandwidth_mbps: isKnown ? Math.min(bandwidthMbps, limits.bandwidthMbpsMax) : null,
    tasks_max: Math.min(tasksMax, limits.openAssignmentsPerNodeMax),
    engines: versionsOf(engines),
  })
  if (read.success) return { ...said, capabilities: read.data }
  const details = Object.fromEntries(
    read.error.issues.map(({ path, message }) => [path.join('.'), message]),
  )
  const message = 'this machine does not show what a node must have: cores, and 1 GB of memory'
  throw new VcpError('INVALID', { message, details })
}
