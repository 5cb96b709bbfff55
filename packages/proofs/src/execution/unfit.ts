import { type Outcome, refuse } from '@vcp/protocol'

/** Why a module has no program; thrown where it is found, and a refusal at the package's door. */
export class Unfit extends Error {
  constructor(reason: string, offset?: number) {
    super(offset === undefined ? reason : `${reason}, at offset 0x${offset.toString(16)}`)
  }
}

/** Turns what was thrown into a refusal. */
export function fitting<T>(work: () => Outcome<T>): Outcome<T> {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof Unfit) return refuse('EXECUTION_UNFIT', cause.message)
    throw cause
  }
}
