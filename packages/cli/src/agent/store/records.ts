// The agent's state as records of the store and back. What is read is checked: a file that was
// damaged or made by hand is not to be taken for promises of ours.
import {
  BreakerState,
  BreakerTrip,
  DeclineReason,
  envelopeSchema,
  Offer,
  parse,
  Report,
  RoundOrder,
  TaskId,
  TaskSpec,
  VcpError,
} from '@vcp/protocol'
import * as z from 'zod'
import { rerunKey } from '../core/records.ts'
import type { AgentSettings } from '../core/settings.ts'
import { type RecordName, State } from '../core/state.ts'

const AtMs = z.int()
const ofLease = { taskId: TaskId, leaseEpoch: z.int().min(0), logKey: z.string() }

const LeaseRecord = z.strictObject({
  ...ofLease,
  stage: z.enum(['running', 'committed', 'revealing', 'failing']),
  sinceMs: AtMs,
  acceptedAtMs: AtMs,
  endsAtMs: AtMs,
  memoryMb: z.number(),
  isProbe: z.boolean(),
  starts: z.int().min(1),
  offer: Offer.nullable(),
  round: z.strictObject({ order: RoundOrder, isContributed: z.boolean() }).nullable().default(null),
  receipt: envelopeSchema('receipt').nullable(),
  commitment: envelopeSchema('commitment').nullable(),
  hasTrace: z.boolean(),
})

const EndedRecord = z.strictObject({
  ...ofLease,
  end: z.enum(['settled', 'dropped', 'declined']),
  reason: z.string(),
  endedAtMs: AtMs,
  hasTrace: z.boolean(),
  decline: z
    .strictObject({
      reason: DeclineReason,
      needs: z.number().nullable(),
      has: z.number().nullable(),
      retryAfterSeconds: z.int().nullable(),
    })
    .nullable(),
})

const ReportRecord = z.strictObject({
  reportId: z.int().min(1),
  logKey: z.string(),
  taskId: TaskId,
  leaseEpoch: z.int().nullable(),
  queuedAtMs: AtMs,
  report: Report,
})

const RerunRecord = z.strictObject({
  taskId: TaskId,
  checkpoint: z.int().min(0),
  logKey: z.string(),
  starts: z.int().min(1),
  task: TaskSpec,
})

const AgentRecord = z.strictObject({
  nextReportId: z.int().min(1),
  mode: z.enum(['active', 'draining', 'paused']),
  modeUntilMs: AtMs.nullable(),
  isModeOwed: z.boolean(),
  breaker: z.strictObject({
    state: BreakerState,
    reason: BreakerTrip.nullable(),
    sinceMs: AtMs,
  }),
  errorsInARow: z.int().min(0),
})

/** The text to store under a name; null where there is no such thing any more. */
export function recordOf(state: State, name: RecordName): string | null {
  const [kind, id] = split(name)
  const record = recordIn(state, kind, id)
  return record === undefined ? null : JSON.stringify(record)
}

function recordIn(state: State, kind: string, id: string): unknown {
  switch (kind) {
    case 'lease':
      return state.leases.get(id as TaskId)
    case 'ended':
      return state.ended.get(id as TaskId)
    case 'report':
      return state.reports.get(Number(id))
    case 'rerun':
      return state.reruns.get(id)
    default: {
      const { nextReportId, mode, modeUntilMs, isModeOwed, breaker, errorsInARow } = state
      return { nextReportId, mode, modeUntilMs, isModeOwed, breaker, errorsInARow }
    }
  }
}

/** The state that was stored, ready for `restarted`. */
export function stateFrom(records: ReadonlyMap<string, string>, settings: AgentSettings): State {
  const state = new State(settings)
  const ended: z.infer<typeof EndedRecord>[] = []
  const reports: z.infer<typeof ReportRecord>[] = []
  for (const [name, text] of records) {
    const [kind] = split(name)
    if (kind === 'lease') {
      const lease = read(name, text, LeaseRecord)
      state.leases.set(lease.taskId, lease)
    } else if (kind === 'ended') ended.push(read(name, text, EndedRecord))
    else if (kind === 'report') reports.push(read(name, text, ReportRecord))
    else if (kind === 'rerun') {
      const rerun = read(name, text, RerunRecord)
      state.reruns.set(rerunKey(rerun.taskId, rerun.checkpoint), rerun)
    } else if (name === 'agent/') Object.assign(state, read(name, text, AgentRecord))
    else throw corrupt(name, 'it is none that this version writes')
  }
  // Both are told apart by their order, which a store does not keep.
  ended.sort((one, other) => one.endedAtMs - other.endedAtMs)
  for (const each of ended) state.ended.set(each.taskId, each)
  reports.sort((one, other) => one.reportId - other.reportId)
  for (const each of reports) state.reports.set(each.reportId, each)
  return state
}

function read<T>(name: string, text: string, schema: z.ZodType<T>): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw corrupt(name, 'it is no JSON', cause)
  }
  const parsed = parse(schema, value)
  if (parsed.ok) return parsed.value
  throw corrupt(name, parsed.reason)
}

function corrupt(name: string, why: string, cause?: unknown): VcpError {
  return new VcpError('AGENT_STATE_CORRUPT', {
    message: `the record ${name} of the agent's state cannot be read: ${why}`,
    details: { record: name },
    cause,
  })
}

function split(name: string): readonly [kind: string, id: string] {
  const at = name.indexOf('/')
  return [name.slice(0, at), name.slice(at + 1)]
}
