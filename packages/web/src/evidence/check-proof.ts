// A zero-knowledge proof, verified in this browser. What verifies it is fetched when it is needed:
// few results have one, and nobody should wait for it before.
import {
  type CheckProof,
  type Cid,
  type Circuit,
  cidOf,
  type Outcome,
  pass,
  refuse,
  type TaskSpec,
  taskDigest,
} from '@vcp/protocol'
import { ask, askBytes } from '../api/ask.ts'

/** Null: what it takes to verify a proof of this task is not to be had in a browser. */
export async function proofCheckerOf(
  task: TaskSpec,
  signal?: AbortSignal,
): Promise<CheckProof | null> {
  const proofs = await import('@vcp/proofs/browser')
  const circuit = proofs.circuitOf(task)
  if (circuit === null) return null
  const isRun = task.task_type === 'wasm_execution'
  // Of which size a circuit of the catalogue is, only who has the catalogue can say for sure.
  if (isRun && circuit.from === 'catalogue') return null
  const inputsOf = (name: string) =>
    proofs.catalogue.find((each) => each.name === name)?.publicInputs ?? null
  const order = proofs.publicOrderOf(circuit, inputsOf)
  if (!order.ok) return () => order
  const key = proofs.verificationKeyFrom(await keyOf(circuit, signal))
  if (!key.ok) return () => key
  if (circuit.from === 'catalogue' && key.value.digest !== circuit.verification_key) {
    return () => refuse('ZK_PROOF_INVALID', 'the key that came is not the one that is meant')
  }
  const module = isRun ? await blobOf(task.inputs.module, signal) : null
  const terms = { publicOrder: order.value, parameters: null, module, task, key: key.value }
  return ({ peer_id: nodeId, payload: receipt }, output): Outcome<string> => {
    if (taskDigest(task) !== receipt.task_digest) {
      return refuse('ZK_PROOF_INVALID', 'the task that came is not the one that was run')
    }
    const holder = { taskId: receipt.task_id, nodeId, leaseEpoch: receipt.lease_epoch }
    const checked = proofs.checkProofOutput({ ...terms, holder, receipt, output })
    if (!checked.ok) return checked
    if (!checked.value.isBound) return refuse('ZK_PROOF_INVALID', 'nothing ties it to the task')
    return pass(`under the key ${key.value.digest}, a key for ${checked.value.output.setup}`)
  }
}

/** As its JSON; what names it is looked at by whoever asked. */
async function keyOf(circuit: Circuit, signal: AbortSignal | undefined): Promise<unknown> {
  if (circuit.from === 'catalogue') {
    const params = { digest: circuit.verification_key }
    return (await ask('proofKey', { params, ...(signal && { signal }) })).key
  }
  const bytes = await blobOf(circuit.verification_key, signal)
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return null // not JSON: it is refused as a key
  }
}

/** The bytes under a name, and no others. */
async function blobOf(cid: Cid, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const bytes = await askBytes('getBlob', { params: { cid }, ...(signal && { signal }) })
  if (cidOf('raw', bytes) !== cid) throw new Error(`what came as ${cid} are other bytes`)
  return bytes
}
