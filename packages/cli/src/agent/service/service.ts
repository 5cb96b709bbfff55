// What makes a node start with the machine.
import { VcpError } from '@vcp/protocol'
import { launchdPlist } from './launchd.ts'
import { systemdUnit } from './systemd.ts'

export interface ServiceOf {
  /** The program and all it is started with; absolute. */
  readonly argv: readonly string[]
  readonly dataDir: string
  readonly home: string
  /** How long it may wait for what it holds when it is told to stop. */
  readonly drainSeconds: number
}

export interface ServiceFile {
  readonly path: string
  readonly text: string
  /** What its user types to have it run. */
  readonly enable: readonly string[]
  readonly watch: string
  readonly remove: string
}

export function serviceFile(platform: NodeJS.Platform, of: ServiceOf): ServiceFile {
  if (platform === 'linux') return systemdUnit(of)
  if (platform === 'darwin') return launchdPlist(of)
  throw new VcpError('USAGE', {
    message: `there is no service file for ${platform}`,
    hint: 'Have your system start `vcp node start --headless` when you log in.',
  })
}
