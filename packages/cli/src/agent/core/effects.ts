// What the agent's core wants done. An effect may be carried out twice, after a restart, so whoever
// carries it out must not mind.
import type {
  NodeMode,
  Offer,
  Progress,
  Report,
  RoundId,
  RoundOrder,
  TaskId,
  TaskSpec,
} from '@vcp/protocol'

/** By type; imperative. */
export interface Effects {
  /** Of a training: to see whether it can be made here at all. */
  'start-run': { readonly offer: Offer }
  /** Its end is not waited for any more. */
  'stop-run': { readonly taskId: TaskId; readonly leaseEpoch: number; readonly reason: string }
  'start-round': { readonly offer: Offer; readonly order: RoundOrder }
  'stop-round': {
    readonly taskId: TaskId
    readonly leaseEpoch: number
    readonly roundId: RoundId
    readonly reason: string
  }
  'start-rerun': {
    readonly taskId: TaskId
    readonly checkpoint: number
    readonly task: TaskSpec
  }
  /**
   * To be sent until it is settled, to whoever keeps this log. A receipt comes without its output:
   * whoever sends it adds `Kept.output`, which is there where it is small enough.
   */
  'send-report': { readonly reportId: number; readonly logKey: string; readonly report: Report }
  /** Sent once: the next one says more. */
  'send-progress': { readonly progress: Progress }
  /** To be sent until `mode-told`, and again whenever the node has joined. */
  'tell-mode': { readonly mode: Exclude<NodeMode, 'safe_mode'> }
  /** The output and the trace of a task are not needed here any more; maybe there are none. */
  'release-task': { readonly taskId: TaskId }
  /** A node that was draining has nothing left to do. */
  'announce-drained': object
}

export type EffectType = keyof Effects
export type EffectOf<Type extends EffectType> = { readonly type: Type } & Effects[Type]
export type Effect = { [Type in EffectType]: EffectOf<Type> }[EffectType]
