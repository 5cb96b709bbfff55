// What the agent's core decides. Past tense; each is one change that is whole by itself.
import type { Breaker, Envelope, Offer, Report, RoundId, RoundOrder, TaskId } from '@vcp/protocol'
import type { AskedMode, Decline, LeaseEnd, Rerun } from './records.ts'

interface OfLease {
  readonly taskId: TaskId
  readonly leaseEpoch: number
}

/** A report that begins to be owed with the event. */
interface Owing {
  readonly reportId: number
  readonly report: Report
}

export interface Events {
  'offer-accepted': {
    readonly offer: Offer
    readonly logKey: string
    readonly endsAtMs: number
    readonly memoryMb: number
    readonly isProbe: boolean
  }
  'offer-declined': OfLease & { readonly logKey: string; readonly decline: Decline }
  'lease-renewed': OfLease & { readonly endsAtMs: number }
  /** By a process that found it unfinished. */
  'run-restarted': OfLease
  'run-finished': OfLease &
    Owing & {
      readonly receipt: Envelope<'receipt'>
      readonly commitment: Envelope<'commitment'> | null
      readonly hasTrace: boolean
    }
  /** Once more: the coordinator may have withdrawn the lease while nobody heard. */
  'commitment-repeated': OfLease & Owing
  'run-failed': OfLease & Owing
  'reveal-begun': OfLease & Owing
  'round-ordered': OfLease & { readonly order: RoundOrder }
  'update-signed': OfLease & Owing & { readonly roundId: RoundId }
  /** Nothing was contributed to it, and nothing will be. */
  'round-left': OfLease & { readonly roundId: RoundId; readonly reason: string }
  /** With it nothing more is reported of the lease. */
  'lease-ended': OfLease & {
    readonly end: Exclude<LeaseEnd, 'declined'>
    readonly reason: string
  }
  'trace-released': OfLease
  'lease-forgotten': OfLease
  'report-closed': { readonly reportId: number }
  'rerun-begun': Omit<Rerun, 'starts'>
  'rerun-restarted': Pick<Rerun, 'taskId' | 'checkpoint'>
  'rerun-ended': Pick<Rerun, 'taskId' | 'checkpoint'> & { readonly owing: Owing | null }
  'mode-changed': { readonly mode: AskedMode; readonly untilMs: number | null }
  'mode-heard': object
  'breaker-changed': { readonly breaker: Breaker }
  'errors-counted': { readonly inARow: number }
}

export type EventType = keyof Events
export type EventOf<Type extends EventType> = { readonly type: Type } & Events[Type]
export type Event = { [Type in EventType]: EventOf<Type> }[EventType]

/** Nothing rests on these: what a crash takes of them comes about again. */
const unhurried: ReadonlySet<EventType> = new Set<EventType>([
  'lease-forgotten',
  'report-closed',
  'mode-heard',
])

/** Whether anybody is told something that would be untrue if the event were lost. */
export function isUrgent(event: Event): boolean {
  if (event.type === 'lease-ended') return event.end === 'dropped'
  return !unhurried.has(event.type)
}
