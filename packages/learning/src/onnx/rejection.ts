import type { ErrorCode, Refusal } from '@vcp/protocol'
import { refuse } from '@vcp/protocol'

/**
 * How the depths of the codec and the compiler say no: thrown here, and turned into a refusal at
 * the door of each (`rejectionsAsRefusals`), so that callers only ever see values.
 */
export class Rejection extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string) {
    super(message)
    this.name = 'Rejection'
    this.code = code
  }
}

export function invalid(message: string): never {
  throw new Rejection('MODEL_INVALID', message)
}

export function unsupported(message: string): never {
  throw new Rejection('MODEL_UNSUPPORTED', message)
}

/** What `work` returns, or its rejection as a refusal; any other error is a bug and passes. */
export function rejectionsAsRefusals<T>(work: () => T): T | Refusal {
  try {
    return work()
  } catch (error) {
    if (error instanceof Rejection) return refuse(error.code, error.message)
    throw error
  }
}
