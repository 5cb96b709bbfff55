// What the network is given to prove: the run of a small function, and the norm of a small update.
import { nameBlob, type PreparedTask, prepareTask, type TaskDraft } from '@vcp/client'
import { type BuiltCircuit, catalogue, inputOf } from '@vcp/proofs'

/** `(func (export "f") (param i32) (result i32) x * x + 1)`. */
const square = nameBlob(
  Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f, 3, 2, 1, 0],
    ...[7, 5, 1, 1, 0x66, 0, 0],
    ...[10, 12, 1, 10, 0, 0x20, 0, 0x20, 0, 0x6c, 0x41, 1, 0x6a, 0x0b],
  ]),
)

const more = (regions: readonly string[]) => ({
  verification: { level: 'proved' },
  requirements: { max_execution_seconds: 300, regions },
})

function circuitOf({ name, digest }: BuiltCircuit) {
  return { from: 'catalogue', name, verification_key: digest }
}

/** The square of a number and one more, proved step by step. */
export function runTaskOf(
  circuit: BuiltCircuit,
  value: number,
  regions: readonly string[],
): PreparedTask {
  const call = { kind: 'function', function: 'f', arguments: [{ type: 'i32', value }] }
  const inputs = { module: square.cid, call, proof: circuitOf(circuit) }
  const draft = { task_type: 'wasm_execution', inputs, ...more(regions) }
  return prepareTask(draft as unknown as TaskDraft, { blobs: [square] })
}

/** That an update is no longer than a bound: the update stays with the node. */
export function normTask(circuit: BuiltCircuit, regions: readonly string[]): PreparedTask {
  const definition = catalogue.find(({ name }) => name === circuit.name)!
  const { context: _, bound, ...secret } = inputOf(definition.sample(circuit.parameters))
  const own = nameBlob(new TextEncoder().encode(JSON.stringify(secret)))
  const inputs = {
    circuit: circuitOf(circuit),
    public_inputs: { bound },
    private_inputs: own.cid,
  }
  const draft = { task_type: 'zk_proof', inputs, ...more(regions) }
  return prepareTask(draft as unknown as TaskDraft, { blobs: [own] })
}
