// What the machine was last measured to be. Null: this machine cannot tell, and nobody guesses.
import type { Telemetry } from '@vcp/protocol'

/** The part of the telemetry that is measured; the core adds what it knows itself. */
export type MeasuredTelemetry = Omit<
  Telemetry,
  'consecutive_errors' | 'open_assignments' | 'breaker'
>

export interface Reading {
  readonly telemetry: MeasuredTelemetry
  readonly memoryFreeMb: number | null
  readonly diskFreeGb: number | null
  /** Load of other programs than ours, of all cores together. */
  readonly othersCpuPercent: number | null
  /** How long nobody has used keyboard or screen; null: cannot be told. */
  readonly idleSeconds: number | null
  /** Minutes since midnight, by the clock on the operator's wall. */
  readonly minuteOfDay: number
}
