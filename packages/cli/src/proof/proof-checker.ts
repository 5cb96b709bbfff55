// Checks the proof of a result on the submitter's own machine, with the key that the task names.
import type { ProofChecker } from '@vcp/client'
import {
  catalogue,
  checkProofOutput,
  circuitOf,
  knownKeys,
  type ProofTerms,
  publicOrderOf,
  type VerificationKey,
  verificationKeyFrom,
} from '@vcp/proofs'
import {
  type CheckProof,
  type Circuit,
  type Outcome,
  pass,
  refuse,
  type TaskSpec,
} from '@vcp/protocol'

/** Whatever cannot be found out is a proof that does not hold. */
export const proofChecker: ProofChecker = async (task, blob) => {
  const circuit = circuitOf(task)
  if (circuit === null) return () => refuse('INVALID', 'the task asked for no proof')
  const order = publicOrderOf(circuit, publicInputsOf)
  if (!order.ok) return () => order
  const { json, parameters } = await keyOf(circuit, blob)
  const key = verificationKeyFrom(json)
  if (!key.ok) return () => key
  const isRun = task.task_type === 'wasm_execution'
  const module = isRun ? await blob(task.inputs.module) : null
  return checkWith(task, { publicOrder: order.value, parameters, module }, key.value)
}

function checkWith(task: TaskSpec, terms: ProofTerms, key: VerificationKey): CheckProof {
  return ({ peer_id: nodeId, payload: receipt }, output): Outcome<string> => {
    const holder = { taskId: receipt.task_id, nodeId, leaseEpoch: receipt.lease_epoch }
    const checked = checkProofOutput({ ...terms, task, holder, receipt, output, key })
    if (!checked.ok) return checked
    const { isBound, claims } = checked.value
    if (!isBound) return refuse('ZK_PROOF_INVALID', 'nothing ties it to the task')
    const { setup } = checked.value.output
    const count = claims.length === 1 ? 'a proof' : `${claims.length} proofs`
    return pass(`${count} under ${key.digest.slice(0, 16)}…, ${setups[setup]}`)
  }
}

const setups = {
  development: 'a key for development: whoever built it could forge',
  ceremony: 'a key of a ceremony',
  unknown: 'a key of the submitter’s own',
} as const

function publicInputsOf(name: string): readonly string[] | null {
  return catalogue.find((each) => each.name === name)?.publicInputs ?? null
}

async function keyOf(circuit: Circuit, blob: Parameters<ProofChecker>[1]) {
  if (circuit.from === 'catalogue') {
    const known = (await knownKeys()).get(circuit.verification_key)
    return known?.name === circuit.name ? known : { json: null, parameters: null }
  }
  const bytes = await blob(circuit.verification_key)
  try {
    return { json: JSON.parse(new TextDecoder().decode(bytes)), parameters: null }
  } catch {
    return { json: null, parameters: null } // not JSON: it is refused as a key
  }
}
