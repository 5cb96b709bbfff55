// What a proof of an execution has to say for it to show that a program, given these arguments,
// returns that value. Whoever has the module works it out without running anything.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { reduce } from '../field/scalar-field.ts'
import { type ExecutionSize, programHash, stateCommitment } from './commitments.ts'
import type { ExecutionProgram } from './compile-execution.ts'
import { endOf, segmentsMax, startOf } from './run-execution.ts'

export interface ExecutionStatement {
  readonly program: bigint
  readonly start: bigint
  /** The instruction that the program ends at. */
  readonly endAt: bigint
  readonly value: bigint
  readonly context: bigint
}

/** `value` is what is claimed, and `context` what the proof is for: see `contextElement`. */
export function executionStatement(
  program: ExecutionProgram,
  args: readonly number[],
  claimed: { readonly value: number; readonly context: bigint },
  size: ExecutionSize,
): Outcome<ExecutionStatement> {
  const start = startOf(program, args, size)
  if (!start.ok) return start
  return pass({
    program: programHash(program.instructions, size),
    start: stateCommitment(start.value),
    endAt: BigInt(endOf(program)),
    value: BigInt(claimed.value >>> 0),
    context: reduce(claimed.context),
  })
}

/**
 * Whether proofs with these signals show the statement: of one program and context, each starting
 * where the one before has ended, and the last with the program's end and the value. The proofs
 * themselves are for `verify`.
 */
export function showsExecution(
  statement: ExecutionStatement,
  segments: readonly (readonly bigint[])[],
): Outcome<void> {
  if (segments.length === 0 || segments.length > segmentsMax) {
    return wrong(`there are ${segments.length} proofs`)
  }
  let from = statement.start
  for (const [i, signals] of segments.entries()) {
    if (signals.length !== 7) return wrong(`proof ${i} has ${signals.length} signals`)
    const [program, start, end, endAt, , context, value] = signals
    if (program !== statement.program) return wrong(`proof ${i} is of another program`)
    if (context !== statement.context) return wrong(`proof ${i} is for another purpose`)
    if (start !== from) return wrong(`proof ${i} does not start where it has to`)
    from = end!
    if (i < segments.length - 1) continue
    if (endAt !== statement.endAt) return wrong('the program has not ended')
    if (value !== statement.value) return wrong('the program returns another value')
  }
  return pass(undefined)
}

function wrong(reason: string) {
  return refuse('ZK_PROOF_INVALID', reason)
}
