// Proofs that a function of a module, given its arguments, comes to a value. What the signals of
// `execution` have to be follows from the module alone: nobody who checks runs it.
import {
  cidOf,
  type Digest,
  type Outcome,
  pass,
  refuse,
  type TaskOf,
  type WasmValue,
} from '@vcp/protocol'
import type { ExecutionSize } from '../execution/commitments.ts'
import { compileExecution, type ExecutionProgram } from '../execution/compile-execution.ts'
import { executionStatement, showsExecution } from '../execution/statement.ts'
import { type ProofHolder, proofContext, proofInputDigest } from './proof-binding.ts'

type WasmTask = TaskOf<'wasm_execution'>

/** The name of the circuit that proves runs. */
export const executionCircuit = 'execution'

/** A call as the circuit has it. */
export interface ProvableCall {
  readonly program: ExecutionProgram
  readonly args: readonly number[]
  readonly size: ExecutionSize
}

/** Refuses, with what stands in the way, a call that no proof of the size can be of. */
export function provableCall(
  { inputs }: WasmTask,
  module: Uint8Array | null,
  parameters: readonly number[] | null,
): Outcome<ProvableCall> {
  if (inputs.proof?.name !== executionCircuit) {
    return refuse('INVALID', `runs are proved by the circuit ${executionCircuit}`)
  }
  const [steps, length, words] = parameters ?? []
  if (steps === undefined || length === undefined || words === undefined) {
    return refuse('INVALID', 'the size of the circuit is not known')
  }
  if (module === null || cidOf('raw', module) !== inputs.module) {
    return refuse('INVALID', 'the module is not at hand')
  }
  if (inputs.call.kind !== 'function') {
    return refuse('EXECUTION_UNFIT', 'only a function can be proved, not a command')
  }
  const { call } = inputs
  const args = call.arguments.map((each) => (each.type === 'i32' ? each.value : null))
  if (args.includes(null)) return refuse('EXECUTION_UNFIT', 'only arguments of i32 can be proved')
  const program = compileExecution(module, call.function)
  if (!program.ok) return program
  return pass({
    program: program.value,
    args: args as readonly number[],
    size: { steps, length, words },
  })
}

/** What ties the proofs of a run to task, node, lease and values. */
export function executionContext(
  holder: ProofHolder,
  task: WasmTask,
  key: Digest,
  values: readonly WasmValue[],
): bigint {
  const statement = { key, signals: [], contextAt: -1, values }
  return proofContext(holder, proofInputDigest(task), statement)
}

/** Whether signals, in the order of the proofs, are those of this run, ending with these values. */
export function checkExecution(
  { program, args, size }: ProvableCall,
  context: bigint,
  values: readonly WasmValue[] | null,
  signals: readonly (readonly bigint[])[],
): Outcome<void> {
  const [value, ...more] = values ?? []
  const isWhole = program.returns ? value?.type === 'i32' : value === undefined
  if (values === null || !isWhole || more.length > 0) {
    return refuse('ZK_PROOF_INVALID', 'the values are not of the kind that the function returns')
  }
  const number = value?.type === 'i32' ? value.value : 0
  const statement = executionStatement(program, args, { value: number, context }, size)
  return statement.ok ? showsExecution(statement.value, signals) : statement
}
