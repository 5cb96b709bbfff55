import type { Ending } from '@vcp/protocol'

/** Thrown by a host call to leave the guest through all its frames; nothing in a guest catches. */
export abstract class Unwinding extends Error {}

/** The run has come to its end. */
export class RunEnd extends Unwinding {
  readonly ending: Ending

  constructor(ending: Ending) {
    super(`the run ended: ${ending.kind}`)
    this.name = 'RunEnd'
    this.ending = ending
  }
}

/** Whoever asked for the run has seen enough. */
export class RunStopped extends Unwinding {
  constructor() {
    super('the run was stopped at a checkpoint')
    this.name = 'RunStopped'
  }
}
