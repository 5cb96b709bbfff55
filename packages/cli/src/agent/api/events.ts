// What happens in an agent, for those who read along.
import type { AgentChange } from '../agent.ts'
import type { InputType } from '../core/inputs.ts'
import type { AgentEvent } from './status.ts'

/** What is told so often, or says so little, that nobody would read it. */
const untold = new Set<InputType>(['time-passed', 'measured', 'mode-told'])

/** Null: not worth a line. */
export function eventOf({ input, atMs }: AgentChange): AgentEvent | null {
  if (untold.has(input.type)) return null
  const lease = leaseOf(input)
  return { at_ms: atMs, event: input.type, ...lease, detail: detailOf(input) }
}

function leaseOf(input: AgentChange['input']) {
  if (input.type === 'offer-received') {
    return { task_id: input.offer.task_id, lease_epoch: input.offer.lease_epoch }
  }
  return {
    task_id: 'taskId' in input ? input.taskId : null,
    lease_epoch: 'leaseEpoch' in input ? input.leaseEpoch : null,
  }
}

function detailOf(input: AgentChange['input']): AgentEvent['detail'] {
  switch (input.type) {
    case 'offer-received':
      return { task_type: input.offer.task.task_type }
    case 'progress-made':
      return { phase: input.phase, percent: input.percent, gas: input.gas }
    case 'run-ended': {
      const { end } = input
      return end.kind === 'finished'
        ? { kind: end.kind, gas: end.receipt.payload.gas }
        : { kind: end.kind, reason: end.detail ?? end.reason, is_ours: end.isOurs }
    }
    case 'round-ordered':
      return { round: input.order.number, round_id: input.order.round_id }
    case 'round-ended': {
      const { end, roundId } = input
      if (end.kind === 'contributed') return { round_id: roundId, kind: end.kind }
      const reason = end.kind === 'failed' ? (end.detail ?? end.reason) : end.reason
      return { round_id: roundId, kind: end.kind, reason }
    }
    case 'report-settled':
      return { ok: input.answer.ok, code: input.answer.ok ? null : input.answer.code }
    case 'lease-withdrawn':
      return { reason: input.reason }
    case 'mode-asked':
      return { mode: input.mode, until_ms: input.untilMs }
    default:
      return {}
  }
}
