import type { Cid } from '../ids.ts'
import type { Circuit } from './circuit.ts'
import type { TaskOf, TaskSpec } from './task.ts'
import type { TaskType } from './task-type.ts'

/** By type of task; one that is added does not compile without a line here. */
const named: {
  readonly [Type in TaskType]: (inputs: TaskOf<Type>['inputs']) => readonly (Cid | null)[]
} = {
  wasm_execution: ({ module, call }) => [module, call.kind === 'wasi' ? call.stdin : null],
  computation: ({ script }) => [script],
  federated_learning: ({ model, evaluation }) => [model, evaluation],
  zk_proof: ({ circuit, private_inputs }) => [...filesOf(circuit), private_inputs],
  connect_only: () => [],
}

function filesOf(circuit: Circuit): readonly Cid[] {
  if (circuit.from !== 'files') return []
  const { r1cs, proving_key, verification_key, witness_generator } = circuit
  return [r1cs, proving_key, verification_key, witness_generator]
}

/** The blobs without which a task cannot be run, each once. */
export function blobsNamedBy(task: TaskSpec): readonly Cid[] {
  const cids = named[task.task_type](task.inputs as never)
  return [...new Set(cids.filter((cid) => cid !== null))]
}
