import type { Cid } from '../ids.ts'
import type { TaskOf, TaskSpec } from './task.ts'
import type { TaskType } from './task-type.ts'

/** By type of task; one that is added does not compile without a line here. */
const named: {
  readonly [Type in TaskType]: (inputs: TaskOf<Type>['inputs']) => readonly (Cid | null)[]
} = {
  wasm_execution: ({ module, call }) => [module, call.kind === 'wasi' ? call.stdin : null],
  computation: ({ script }) => [script],
  federated_learning: ({ model, evaluation }) => [model, evaluation],
  zk_proof: ({ circuit, private_inputs }) =>
    circuit.from === 'catalogue'
      ? [private_inputs]
      : [
          circuit.r1cs,
          circuit.proving_key,
          circuit.verification_key,
          circuit.witness_generator,
          private_inputs,
        ],
  connect_only: () => [],
}

/** The blobs without which a task cannot be run, each once. */
export function blobsNamedBy(task: TaskSpec): readonly Cid[] {
  const cids = named[task.task_type](task.inputs as never)
  return [...new Set(cids.filter((cid) => cid !== null))]
}
