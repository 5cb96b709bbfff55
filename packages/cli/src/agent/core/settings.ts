// What the operator allows. The core declines what goes beyond it, with the figures.
import type { BreakerPolicy, TaskType } from '@vcp/protocol'

export interface AgentSettings {
  /** Tasks at a time. */
  readonly tasksMax: number
  /** Of memory, for all tasks together. */
  readonly memoryMbMax: number
  /** To be left to others. */
  readonly memoryFreeMbMin: number
  readonly diskFreeGbMin: number
  /** Take nothing while other programs use more of the machine. */
  readonly othersCpuPercentMax: number
  /** Minutes since midnight between which work is taken; null: always. May go over midnight. */
  readonly hours: { readonly fromMinute: number; readonly toMinute: number } | null
  readonly onlyOnMains: boolean
  /** Take work only after nobody has used the machine for so long; null: always. */
  readonly onlyWhenIdleSeconds: number | null
  /** The types with an engine that is ready, and which of them the operator allows. */
  readonly taskTypes: readonly TaskType[]
  readonly breaker: BreakerPolicy
}
