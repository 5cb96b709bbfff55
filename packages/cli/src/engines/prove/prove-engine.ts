// Makes proofs of circuits, ours or the submitter's. The witness generator and the prover are
// processes of their own, confined and watched; either is killed when nobody waits any more.

import { type CircuitInput, makeProofOutput } from '@vcp/proofs'
import { type Outcome, pass, refuse, type TaskOf, type TaskType } from '@vcp/protocol'
import { type BlobNeed, blobIn, type Engine, type Work } from '../engine.ts'
import { blobsOfCircuit, builtInUse, type CircuitInUse, withFiles } from './circuit-in-use.ts'
import { privateInputsIn } from './private-inputs.ts'
import { provedResult } from './proved-result.ts'
import { dataMissing, failed, holderOf, inTime, type Proving, proveEngine } from './proving.ts'

const type = 'zk_proof' satisfies TaskType
type ProofTask = TaskOf<typeof type>

const privateBytesMax = 8_388_608

export function openProveEngine(proving: Proving): Engine<typeof type> {
  return {
    type,
    version: proveEngine,
    // What it needs comes with vcp; that snarkjs is no longer there shows in the first proof.
    probe: async () => ({ isReady: true }),
    needs: (task) => ({
      memoryMb: task.inputs.limits.memory_mb,
      cpuCores: 1,
      objection: canHave(task, proving) ? null : dataMissing,
    }),
    blobs: blobsOf,
    run: (work) =>
      inTime(work.task, work, async (signal) => {
        const made = await proved(proving, work, signal)
        return made.ok ? provedResult(work.task, null, made.value) : failed(made.reason, made.code)
      }),
    rerun: async () => null,
    // What it shares is closed by whoever opened it.
    async close() {},
  }
}

/** Not a circuit that was not built here, nor inputs in a box that this node cannot open. */
function canHave({ inputs }: ProofTask, { built, node }: Proving): boolean {
  const { circuit, sealed_to } = inputs
  const isHere = circuit.from === 'files' || built.has(circuit.verification_key)
  return isHere && (sealed_to.length === 0 || sealed_to.includes(node.peerId))
}

function blobsOf({ inputs }: ProofTask): readonly BlobNeed[] {
  const { circuit, private_inputs: cid } = inputs
  const own = cid === null ? [] : [{ cid, bytesMax: privateBytesMax }]
  return circuit.from === 'files' ? [...blobsOfCircuit(circuit), ...own] : own
}

async function proved(
  proving: Proving,
  work: Work<typeof type>,
  signal: AbortSignal,
): Promise<Outcome<Uint8Array>> {
  const { inputs } = work.task
  const { circuit, private_inputs: cid } = inputs
  const unseal = inputs.sealed_to.length > 0 ? proving.node.unseal : null
  const given = cid === null ? pass<CircuitInput>({}) : privateInputsIn(blobIn(work, cid), unseal)
  if (!given.ok) return given
  const make = (inUse: CircuitInUse) =>
    makeProofOutput(
      { task: work.task, holder: holderOf(proving, work), privateInputs: given.value, ...inUse },
      proving.making(inputs.limits.memory_mb, signal),
    )
  if (circuit.from === 'files') {
    return withFiles(circuit, (name) => blobIn(work, name), proving.keyFiles, make)
  }
  const built = proving.built.get(circuit.verification_key)
  if (built?.name !== circuit.name) {
    return refuse('NOT_FOUND', `the circuit ${circuit.name} was not built here`)
  }
  const inUse = await builtInUse(built)
  return inUse.ok ? make(inUse.value) : inUse
}
