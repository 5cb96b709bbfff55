// How a call of the guest can fail, told apart by the kind of what was thrown and by what the guest
// left in `vcp:fault`, never by the text of an error. V8 gives its traps a message and nothing else
// (no code, one class for all of them), other engines word theirs differently, and the step engine
// has none: so all traps of instructions are one, `instruction`, on which every engine agrees. The
// text goes along for people, outside the evidence.
import type { Ending } from '@vcp/protocol'
import { faults } from '../abi.ts'
import { HostFault } from '../host-fault.ts'
import { wasm } from '../webassembly.ts'
import { RunEnd } from './run-end.ts'

/** Why a guest trapped: an instruction did, or the bound on its stack. */
export type Trap = 'instruction' | 'stack_overflow'

export interface Failed {
  readonly ending: Ending
  readonly detail: string | null
}

/**
 * What an error thrown by a call of the guest means. Throws a `HostFault` where that is no ending.
 */
export function failureOf(error: unknown, fault: unknown): Failed {
  if (error instanceof RunEnd) return { ending: error.ending, detail: null }
  if (error instanceof HostFault) throw error
  if (error instanceof wasm.RuntimeError) {
    const trap = trapOf(fault)
    if (trap === null) throw new HostFault('host_memory', error)
    return { ending: { kind: 'trap', trap }, detail: error.message }
  }
  // V8 throws a RangeError where its own stack ends, however few units the guest had used.
  throw new HostFault(error instanceof RangeError ? 'host_stack' : 'internal', error)
}

/** The same while the instance is made: nothing of the guest runs, but its segments are copied. */
export function linkFailureOf(error: unknown): Failed {
  if (error instanceof wasm.RuntimeError) {
    return { ending: { kind: 'trap', trap: 'instruction' }, detail: error.message }
  }
  // Nothing recursed yet: what was out of range is the memory that the engine had to find.
  throw new HostFault(error instanceof RangeError ? 'host_memory' : 'internal', error)
}

/** Null where the trap was put there because the host refused the guest its memory or table. */
export function trapOf(fault: unknown): Trap | null {
  if (fault === faults.none) return 'instruction'
  return fault === faults.stack ? 'stack_overflow' : null
}
