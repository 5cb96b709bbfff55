// What the sensors say at one moment, before anything is made of it. Null: cannot be told.
import type { GpuTelemetry } from '@vcp/protocol'
import type * as z from 'zod'
import type { Battery } from '../../hardware/hardware.ts'

/** Since some moment in the past, all in one unit: only differences mean anything. */
export interface ProcessorTimes {
  readonly total: number
  readonly idle: number
  /** Of this program and of the processes that it started; null where they cannot be told apart. */
  readonly ours: number | null
}

/** Of a group of processes that may use so much of the processor and no more. */
export interface QuotaUse {
  readonly usedMicroseconds: number
  readonly cores: number
}

export type Gpu = z.infer<typeof GpuTelemetry>

export interface Sample {
  readonly atMs: number
  readonly processor: ProcessorTimes | null
  /** Null where there is no quota. */
  readonly quota: QuotaUse | null
  readonly memory: { readonly availableBytes: number; readonly totalBytes: number } | null
  readonly temperatureC: number | null
  readonly battery: Battery | null
  readonly powerWatts: number | null
  readonly gpus: readonly Gpu[]
  readonly diskFreeBytes: number | null
  readonly idleSeconds: number | null
}
