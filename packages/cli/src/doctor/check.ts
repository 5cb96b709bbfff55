// A check looks at one thing and says how it stands. To add one: a file in `checks/`, a line in
// `checks.ts`.
import type { Json, VcpError } from '@vcp/protocol'
import type { Settings } from '../config/settings.ts'
import type { Hardware } from '../hardware/hardware.ts'
import type { CoordinatorAnswer } from './ask-coordinator.ts'

export type Status = 'ok' | 'warning' | 'error' | 'unknown'

/** What a check found, before it is known which check it was. */
export interface Verdict {
  readonly status: Status
  /** One sentence, with the numbers. */
  readonly summary: string
  /** What to do; null where nothing has to be done. */
  readonly hint: string | null
  readonly figures: Readonly<Record<string, Json>>
}

export interface Finding extends Verdict {
  readonly check: string
}

/** All that a check may look at. */
export interface Examination {
  readonly dataDir: string
  /** What is in force; where a value is faulty, its default. */
  readonly settings: Settings
  /** What is wrong with the configuration. */
  readonly configurationFaults: readonly VcpError[]
  readonly hardware: Hardware
  readonly platform: NodeJS.Platform
  /** Null on Windows, where users have no numbers. */
  readonly uid: number | null
  readonly nodeVersion: string
  readonly nodePath: string
  readonly signal: AbortSignal
  nowMs(): number
  /** What the coordinator says of its health; asked once, however many checks need it. */
  askCoordinator(): Promise<CoordinatorAnswer>
}

export interface Check {
  readonly name: string
  readonly about: string
  run(examination: Examination): Promise<Verdict>
  /** Repairs what can be repaired without a loss, and says what it changed, a line each. */
  fix?(examination: Examination): Promise<readonly string[]>
}

type Figures = Verdict['figures']

export function ok(summary: string, figures: Figures = {}): Verdict {
  return { status: 'ok', summary, hint: null, figures }
}

export function warning(summary: string, hint: string, figures: Figures = {}): Verdict {
  return { status: 'warning', summary, hint, figures }
}

export function bad(summary: string, hint: string, figures: Figures = {}): Verdict {
  return { status: 'error', summary, hint, figures }
}

export function unknown(summary: string, hint: string, figures: Figures = {}): Verdict {
  return { status: 'unknown', summary, hint, figures }
}
