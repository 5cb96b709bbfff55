// What of a refusal may be told. Readers of data say where a file is wrong, and what they found
// there; none of that leaves the machine.
import { type DeclineReason, type ErrorCode, errors, type Refusal } from '@vcp/protocol'
import type { TrainingFault } from '../trainer.ts'

const codes: Partial<Record<ErrorCode, DeclineReason>> = {
  DATASET_INVALID: 'data_missing',
  INPUT_UNREADABLE: 'data_missing',
  PRIVACY_BUDGET_SPENT: 'budget_spent',
  TOO_LARGE: 'too_large',
}

/** These speak of the submitter's own model, or of a budget, which is public. */
const open = new Set<ErrorCode>(['MODEL_INVALID', 'MODEL_UNSUPPORTED', 'PRIVACY_BUDGET_SPENT'])

const ours = new Set<ErrorCode>(['TRAINING_CUT_OFF', 'DISK_FULL', 'STORE_FULL', 'DATASETS_CORRUPT'])

export function faultOf({ code, reason }: Pick<Refusal, 'code' | 'reason'>): TrainingFault {
  return {
    kind: 'failed',
    reason: `${code}: ${open.has(code) ? reason : errors[code].meaning}`,
    code: codes[code] ?? null,
    isOurs: ours.has(code),
    detail: `${code}: ${reason}`,
  }
}

export function dataMissing(name: string): TrainingFault {
  const reason = `there is no data set ${name} here`
  return { kind: 'failed', reason, code: 'data_missing', isOurs: false, detail: reason }
}

export function notGranted(name: string): TrainingFault {
  const reason = `the data set ${name} is not granted to this submitter`
  return { kind: 'failed', reason, code: 'not_granted', isOurs: false, detail: reason }
}

export function plainRefused(name: string): TrainingFault {
  const reason = `the data set ${name} is for tasks with privacy alone`
  return { kind: 'failed', reason, code: 'operator_limit', isOurs: false, detail: reason }
}
