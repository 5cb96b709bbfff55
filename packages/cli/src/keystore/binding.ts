// The binding of this node to its owner, `binding.json` in the data folder, as it goes over the
// wire. It is no secret: whoever reads it learns what every coordinator is told.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  type NodeBinding,
  type PeerId,
  parseJsonText,
  SignedNodeBinding,
  VcpError,
  verifyNodeBinding,
} from '@vcp/protocol'
import { readInputFile } from '../input-file.ts'
import { openDataFolder } from './data-folder.ts'
import { writeSecret } from './secret-file.ts'

const BYTES_MAX = 4_096

/** For whom, when and where a binding has to hold. */
export interface Occasion {
  readonly peerId: PeerId
  readonly network: string
  readonly nowMs: number
}

export interface StoredBinding {
  readonly file: string
  /** Null where the file does not hold a binding at all. */
  readonly binding: NodeBinding | null
  /** As it goes over the wire. */
  readonly signed: SignedNodeBinding | null
  /** Why it is worth nothing on this occasion; null when all is well. */
  readonly problem: string | null
}

export function bindingFile(dataDir: string): string {
  return join(dataDir, 'binding.json')
}

export function hasBinding(dataDir: string): boolean {
  return existsSync(bindingFile(dataDir))
}

/** The binding in the data folder, and what is wrong with it. */
export async function findBinding(dataDir: string, occasion: Occasion): Promise<StoredBinding> {
  const file = bindingFile(dataDir)
  const read = parseJsonText(SignedNodeBinding, await readInputFile(file, BYTES_MAX), BYTES_MAX)
  if (!read.ok) {
    const problem = `the file is damaged: ${read.reason}`
    return { file, binding: null, signed: null, problem }
  }
  const { signature, ...binding } = read.value
  return { file, binding, signed: read.value, problem: faultOf(read.value, occasion) }
}

/** Keeps a binding in the place of an earlier one, if it is worth something on this occasion. */
export function storeBinding(
  dataDir: string,
  binding: SignedNodeBinding,
  occasion: Occasion,
): string {
  const fault = faultOf(binding, occasion)
  if (fault !== null) {
    throw new VcpError('BINDING_INVALID', { message: `the binding does not verify: ${fault}` })
  }
  openDataFolder(dataDir)
  const file = bindingFile(dataDir)
  writeSecret(file, `${JSON.stringify(binding, null, 2)}\n`, {
    replaces: true,
    unwritable: 'DATA_FOLDER_UNUSABLE',
  })
  return file
}

function faultOf(binding: SignedNodeBinding, { peerId, network, nowMs }: Occasion): string | null {
  if (binding.peer_id !== peerId) {
    return `it is for the node ${binding.peer_id}; this is the node ${peerId}`
  }
  const verified = verifyNodeBinding(binding, { nowMs, network })
  return verified.ok ? null : verified.reason
}
