// Where a task names a blob, a person may name a file: it is read, and its CID put in its place.
import { dirname, resolve } from 'node:path'
import { type NamedBlob, nameBlob } from '@vcp/client'
import { Cid, limits, PeerId, type TaskType, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { readInputBytes } from '../input-file.ts'
import { sealFor } from '../keystore/sealed-box.ts'
import { nameCircuitKeys } from '../proof/circuit-key.ts'

/** For each type of task, the places of `inputs` that hold the name of a blob. */
const blobPlaces = {
  wasm_execution: ['module', 'call.stdin'],
  computation: ['script'],
  federated_learning: ['model', 'evaluation'],
  zk_proof: [
    'circuit.r1cs',
    'circuit.proving_key',
    'circuit.verification_key',
    'circuit.witness_generator',
    'private_inputs',
  ],
  connect_only: [],
} as const satisfies Record<TaskType, readonly string[]>

/** Reads a file once, however many tasks name it one after the other. */
export interface FileReader {
  read(path: string): Promise<NamedBlob>
}

const filesKept = 32

export function createFileReader(): FileReader {
  const kept = new Map<string, Promise<NamedBlob>>()
  return {
    read(path) {
      const found = kept.get(path) ?? readInputBytes(path, limits.blobWholeBytesMax).then(nameBlob)
      kept.delete(path)
      kept.set(path, found)
      const [oldest] = kept.keys()
      if (kept.size > filesKept && oldest !== undefined) kept.delete(oldest)
      return found
    },
  }
}

export interface Named {
  /** The task with CIDs where there were paths; otherwise as it was. */
  readonly draft: unknown
  readonly blobs: readonly NamedBlob[]
}

/** Paths are relative to `file`, where the task stands. */
export async function withFilesNamed(
  draft: unknown,
  file: string,
  reader: FileReader = createFileReader(),
): Promise<Named> {
  const copy = structuredClone(draft)
  const { task_type, inputs } = (copy ?? {}) as { task_type?: TaskType; inputs?: unknown }
  const places =
    task_type !== undefined && Object.hasOwn(blobPlaces, task_type) ? blobPlaces[task_type] : []
  const blobs: NamedBlob[] = []
  await nameCircuitKeys(inputs)
  for (const place of places) {
    const steps = place.split('.')
    const last = steps.pop() ?? ''
    const holder = steps.reduce<unknown>((at, step) => (isObject(at) ? at[step] : null), inputs)
    const named = isObject(holder) ? holder[last] : null
    // The key of a circuit that comes with vcp is named by its digest.
    if (isObject(holder) && holder['from'] === 'catalogue') continue
    if (!isObject(holder) || typeof named !== 'string' || Cid.safeParse(named).success) continue
    const found = await read(reader, resolve(dirname(file), named), `inputs.${place}`)
    const blob = place === 'private_inputs' ? sealed(found, inputs) : found
    holder[last] = blob.cid
    blobs.push(blob)
  }
  return { draft: copy, blobs }
}

/** What is private is sealed to the nodes that the task names, if it names any. */
function sealed(blob: NamedBlob, inputs: unknown): NamedBlob {
  const named = isObject(inputs) ? z.array(PeerId).safeParse(inputs['sealed_to']) : null
  if (named?.success !== true || named.data.length === 0) return blob
  return nameBlob(sealFor(named.data, blob.bytes))
}

async function read(reader: FileReader, path: string, place: string): Promise<NamedBlob> {
  try {
    return await reader.read(path)
  } catch (cause) {
    if (!(cause instanceof VcpError) || cause.code !== 'INPUT_UNREADABLE') throw cause
    throw new VcpError('INPUT_UNREADABLE', {
      message: `${place} names ${path}, which cannot be read`,
      hint: 'Name a file, relative to the one that the task stands in, or the CID of a blob.',
      details: { file: path },
      cause,
    })
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
