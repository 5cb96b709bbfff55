import { type Outcome, pass, refuse } from '@vcp/protocol'
import { inputOf } from '../circuits/definition.ts'
import { reduce } from '../field/scalar-field.ts'
import type { CircuitInput } from '../prover/prover.ts'
import { type ExecutionSize, filled } from './commitments.ts'
import { type ExecutionProgram, firstParam } from './compile-execution.ts'
import { type MachineState, type Run, runMachine, valueWord } from './machine.ts'
import { executionValues } from './witness.ts'

/** A proof each; a longer run has no proof, whatever it would cost. */
export const segmentsMax = 64

/** What one proof shows: a part of the run as long as the circuit. */
export interface ExecutionSegment {
  readonly start: MachineState
  readonly run: Run
}

export interface ExecutionFit {
  /** Until it has ended; the circuit makes more, which stay where it is. */
  readonly steps: number
  readonly segments: number
  /** What the function returns, without a sign; 0 where it returns nothing. */
  readonly value: number
}

/** Whether a run of the program fits a circuit, and how many proofs it takes. */
export function fitExecution(
  program: ExecutionProgram,
  args: readonly number[],
  size: ExecutionSize,
): Outcome<ExecutionFit> {
  const segments = segmentsOf(program, args, size)
  if (!segments.ok) return segments
  const { run } = segments.value.at(-1)!
  const end = endOf(program)
  const within = run.records.findIndex(({ at }) => at === end)
  const last = within === -1 ? size.steps : within
  return pass({
    steps: (segments.value.length - 1) * size.steps + last,
    segments: segments.value.length,
    value: run.end.words[valueWord]!,
  })
}

/** The run in parts, each of which starts as the one before has ended. */
export function segmentsOf(
  program: ExecutionProgram,
  args: readonly number[],
  size: ExecutionSize,
): Outcome<ExecutionSegment[]> {
  const begin = startOf(program, args, size)
  if (!begin.ok) return begin
  const segments: ExecutionSegment[] = []
  let start = begin.value
  while (segments.length < segmentsMax) {
    const run = runMachine(program.instructions, start, size.steps)
    if (!('end' in run)) {
      const at = segments.length * size.steps + run.step
      return refuse('EXECUTION_UNFIT', `step ${at}: ${run.reason}`)
    }
    segments.push({ start, run })
    start = run.end
    if (start.at === endOf(program)) return pass(segments)
  }
  const steps = segmentsMax * size.steps
  return refuse('EXECUTION_UNFIT', `it has not ended after ${steps} steps, or it traps`)
}

/** The inputs of the circuit for one segment. */
export function executionInput(
  program: ExecutionProgram,
  { start, run }: ExecutionSegment,
  context: bigint,
  { length }: ExecutionSize,
): CircuitInput {
  const whole = filled(program.instructions, length)
  return inputOf(executionValues(reduce(context), whole, start, run))
}

/** Where a run with these arguments begins. */
export function startOf(
  program: ExecutionProgram,
  args: readonly number[],
  { length, words: room }: ExecutionSize,
): Outcome<MachineState> {
  const { instructions, params, words: first } = program
  if (args.length !== params) {
    return refuse('INVALID', `the function takes ${params} numbers, not ${args.length}`)
  }
  const isNumber = (arg: number) => Number.isInteger(arg) && arg >= -(2 ** 31) && arg < 2 ** 32
  if (!args.every(isNumber)) return refuse('INVALID', 'an argument is no number of 32 bits')
  if (instructions.length > length) {
    const needed = `it needs ${instructions.length} instructions, and ${length} fit`
    return refuse('EXECUTION_UNFIT', needed)
  }
  if (first.length > room) {
    return refuse('EXECUTION_UNFIT', `it needs ${first.length} words, and ${room} fit`)
  }
  const words = Array.from({ length: room }, (_, i) => first[i] ?? 0)
  for (const [i, arg] of args.entries()) words[firstParam + i] = arg >>> 0
  return pass({ at: 0, words })
}

/** The last instruction, at which a program stays when it has ended. */
export function endOf({ instructions }: ExecutionProgram): number {
  return instructions.length - 1
}
