// What a proof is checked with, read from where it lies: the key from the submitter's blob or from
// the circuits that are known here, the output from the blob that the node brought.
import type { BlobStore } from '@vcp/mesh'
import {
  type CircuitKey,
  catalogue,
  circuitOf,
  keyFileBytesMax,
  type ProofTerms,
  proofOutputBytesMax,
  publicOrderOf,
} from '@vcp/proofs'
import {
  type Cid,
  type Circuit,
  type Digest,
  limits,
  type Outcome,
  parseJsonText,
  pass,
  refuse,
  type TaskSpec,
} from '@vcp/protocol'
import * as z from 'zod'

export interface StoredProofs {
  /** What the proof of a task is checked with. */
  termsOf(task: TaskSpec): Promise<Outcome<CheckedWith>>
  /** TOO_LARGE where no proof is as large as that. */
  output(cid: Cid): Promise<Outcome<Uint8Array>>
}

export interface CheckedWith {
  readonly keyJson: unknown
  readonly terms: ProofTerms
}

export interface StoredProofsParts {
  readonly store: Pick<BlobStore, 'bytesOf' | 'read'>
  /** Of the circuits that come with vcp. */
  keys(): Promise<ReadonlyMap<Digest, CircuitKey>>
}

export function createStoredProofs({ store, keys }: StoredProofsParts): StoredProofs {
  async function read(cid: Cid, bytesMax: number): Promise<Outcome<Buffer>> {
    const size = store.bytesOf(cid)
    if (size === null) return refuse('BLOB_UNAVAILABLE', `${cid} is not here`)
    if (size > bytesMax) {
      return refuse('TOO_LARGE', `${cid} has ${size} bytes, at most ${bytesMax} are taken`)
    }
    const chunks: Uint8Array[] = []
    for await (const chunk of store.read(cid, { isChecked: true })) chunks.push(chunk)
    return pass(Buffer.concat(chunks))
  }

  async function keyOf(circuit: Circuit): Promise<Outcome<Pick<CircuitKey, 'json'> & Sized>> {
    if (circuit.from === 'catalogue') {
      const known = (await keys()).get(circuit.verification_key)
      if (known?.name === circuit.name) return pass(known)
      return refuse('NOT_FOUND', `no key of ${circuit.name} is ${circuit.verification_key}`)
    }
    const bytes = await read(circuit.verification_key, keyFileBytesMax)
    if (!bytes.ok) return bytes
    // Measured: a thread cannot be sent what is nested too deep for the stack.
    const json = parseJsonText(z.unknown(), bytes.value.toString('utf8'), keyFileBytesMax)
    if (!json.ok) return refuse(json.code, `the verification key: ${json.reason}`)
    return pass({ json: json.value, parameters: null })
  }

  async function moduleOf(task: TaskSpec): Promise<Outcome<Uint8Array | null>> {
    if (task.task_type !== 'wasm_execution') return pass(null)
    return read(task.inputs.module, limits.wasmModuleBytesMax)
  }

  return {
    async termsOf(task) {
      const circuit = circuitOf(task)
      if (circuit === null) return refuse('INVALID', 'the task wants no proof')
      const order = publicOrderOf(circuit, orderIn)
      if (!order.ok) return order
      const key = await keyOf(circuit)
      if (!key.ok) return key
      const module = await moduleOf(task)
      if (!module.ok) return module
      const { json: keyJson, parameters } = key.value
      return pass({
        keyJson,
        terms: { publicOrder: order.value, parameters, module: module.value },
      })
    },
    output: (cid) => read(cid, proofOutputBytesMax),
  }
}

interface Sized {
  readonly parameters: readonly number[] | null
}

function orderIn(name: string): readonly string[] | null {
  return catalogue.find((each) => each.name === name)?.publicInputs ?? null
}
