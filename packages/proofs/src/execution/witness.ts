import type { Values } from '../circuits/definition.ts'
import {
  countsOf,
  type ExecutionSize,
  gapsOf,
  programHash,
  runCommitment,
  stateCommitment,
} from './commitments.ts'
import type { MachineState, Run } from './machine.ts'

/** The inputs of the circuit, by the names of its signals. */
export interface ExecutionValues extends Values {
  readonly context: bigint
  /** Word 0 at the end: what a function returns. */
  readonly value: bigint
  readonly startAt: bigint
  readonly program: readonly bigint[]
  readonly count: readonly bigint[]
  readonly first: readonly bigint[]
  /** The words after word 0, at the end. */
  readonly last: readonly bigint[]
  readonly lastTime: readonly bigint[]
  readonly word: readonly bigint[]
  readonly a: readonly bigint[]
  readonly b: readonly bigint[]
  readonly old: readonly bigint[]
  readonly gap: readonly (readonly bigint[])[]
}

/** What the circuit is given for a run from `start`; the program is as long as the circuit's. */
export function executionValues(
  context: bigint,
  program: readonly bigint[],
  start: MachineState,
  run: Run,
): ExecutionValues {
  const { records } = run
  const [value, ...last] = run.end.words.map(BigInt)
  return {
    context,
    value: value!,
    startAt: BigInt(start.at),
    program,
    count: countsOf(run, program.length),
    first: start.words.map(BigInt),
    last,
    lastTime: run.writtenAt.map(BigInt),
    word: records.map(({ word }) => word),
    a: records.map(({ a }) => BigInt(a.value)),
    b: records.map(({ b }) => BigInt(b.value)),
    old: records.map(({ old }) => BigInt(old.value)),
    gap: gapsOf(run),
  }
}

/** The outputs of the circuit, in its order. */
export interface ExecutionOutputs {
  readonly program: bigint
  readonly start: bigint
  readonly end: bigint
  /** The instruction after the last step. */
  readonly endAt: bigint
  /** A commitment to every step. */
  readonly run: bigint
}

export function executionOutputs(
  program: readonly bigint[],
  start: MachineState,
  run: Run,
  size: ExecutionSize,
): ExecutionOutputs {
  const hashes = {
    program: programHash(program, size),
    start: stateCommitment(start),
    end: stateCommitment(run.end),
  }
  return {
    ...hashes,
    endAt: BigInt(run.end.at),
    run: runCommitment(hashes, run, size),
  }
}
