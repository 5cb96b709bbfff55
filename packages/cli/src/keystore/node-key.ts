// The node key, `node.key` in the data folder: read, checked, and handed out as a signer.
import { join } from 'node:path'
import { nativeSigner } from '@vcp/mesh/verify'
import { type Outcome, PeerId, publicKeyOf, type Signer, signerFrom, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { checkDataFolder, openDataFolder } from './data-folder.ts'
import { sealKey } from './key-backup.ts'
import type { ScryptCost } from './scrypt-bounds.ts'
import { openSealed } from './sealed-box.ts'
import { readSecret, writeSecret } from './secret-file.ts'
import { parseSecret } from './secret-json.ts'

const BYTES_MAX = 4_096

const NodeKeyFile = z.strictObject({
  version: z.literal(1),
  type: z.literal('ed25519'),
  peer_id: PeerId,
  secret: z.string().regex(/^[0-9a-f]{64}$/, 'not 64 hexadecimal digits'),
})
type NodeKeyFile = z.infer<typeof NodeKeyFile>

export type RandomBytes = (count: number) => Uint8Array

/** A key that was read and fits together. The secret itself stays inside. */
export interface NodeKey {
  readonly file: string
  /** As `chmod` takes it; null on Windows. */
  readonly mode: string | null
  /** The Ed25519 public key, hex. */
  readonly publicKey: string
  readonly signer: Signer
  /** The bytes that somebody has sealed to this node. */
  unseal(box: Uint8Array): Outcome<Uint8Array>
  /** The text of an encrypted backup. */
  backup(password: string, randomBytes: RandomBytes, cost?: ScryptCost): Promise<string>
}

export function nodeKeyFile(dataDir: string): string {
  return join(dataDir, 'node.key')
}

/** The key, or null where there is none. Damage is KEY_CORRUPT, a readable file KEY_EXPOSED. */
export function findNodeKey(dataDir: string): NodeKey | null {
  if (!checkDataFolder(dataDir)) return null
  const file = nodeKeyFile(dataDir)
  const found = readSecret(file, { bytesMax: BYTES_MAX, damaged: 'KEY_CORRUPT' })
  if (found === null) return null
  const read = parseSecret(NodeKeyFile, found.text)
  if (!read.ok) throw corrupt(file, read.reason)
  const secret = Buffer.from(read.value.secret, 'hex')
  const signer = nativeSigner(secret)
  if (signer.peerId !== read.value.peer_id) {
    throw corrupt(file, 'peer_id and secret do not belong together')
  }
  const publicKey = Buffer.from(publicKeyOf(signer.peerId) ?? []).toString('hex')
  const backup: NodeKey['backup'] = (password, randomBytes, cost) =>
    sealKey(secret, password, randomBytes, cost)
  const unseal: NodeKey['unseal'] = (box) => openSealed(signer.peerId, secret, box)
  return { file, mode: found.mode, publicKey, signer, unseal, backup }
}

/** The key, or KEY_MISSING. */
export function openNodeKey(dataDir: string): NodeKey {
  const key = findNodeKey(dataDir)
  if (key !== null) return key
  throw new VcpError('KEY_MISSING', { message: `there is no node key in ${dataDir}` })
}

/** The key, made where there is none. Programs that start at once all end with the same one. */
export function ensureNodeKey(
  dataDir: string,
  randomBytes: RandomBytes,
): { readonly key: NodeKey; readonly created: boolean } {
  const present = findNodeKey(dataDir)
  if (present !== null) return { key: present, created: false }
  openDataFolder(dataDir)
  const created = writeNodeKey(dataDir, randomBytes(32), { replaces: false })
  return { key: openNodeKey(dataDir), created }
}

/** Puts a secret in place as the node key; false where a key is there that does not give way. */
export function writeNodeKey(
  dataDir: string,
  secret: Uint8Array,
  { replaces }: { readonly replaces: boolean },
): boolean {
  const content: NodeKeyFile = {
    version: 1,
    type: 'ed25519',
    peer_id: signerFrom(secret).peerId,
    secret: Buffer.from(secret).toString('hex'),
  }
  return writeSecret(nodeKeyFile(dataDir), `${JSON.stringify(content, null, 2)}\n`, {
    replaces,
    unwritable: 'DATA_FOLDER_UNUSABLE',
  })
}

function corrupt(file: string, reason: string): VcpError {
  return new VcpError('KEY_CORRUPT', {
    message: `the node key ${file} is damaged: ${reason}`,
    hint:
      'Restore it with `vcp key restore <backup>`; the damaged file is kept beside it. Without a ' +
      'backup, move the file away: `vcp key show --create` then makes a new identity.',
    details: { file },
  })
}
