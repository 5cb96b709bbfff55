// A node key under a password: scrypt makes the password slow to guess, AES-256-GCM seals the key
// and binds every other field of the file to it.
import { createCipheriv, createDecipheriv, scrypt } from 'node:crypto'
import { type PeerId, PeerId as PeerIdSchema, signerFrom, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import {
  isBearable,
  type ScryptCost,
  scryptCostFields,
  scryptMaxmem,
  standardCost,
  unbearable,
} from './scrypt-bounds.ts'
import { parseSecret } from './secret-json.ts'

export const backupBytesMax = 4_096

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))

const KeyBackup = z.strictObject({
  version: z.literal(1),
  type: z.literal('vcp-key-backup'),
  peer_id: PeerIdSchema,
  kdf: z
    .strictObject({ name: z.literal('scrypt'), ...scryptCostFields, salt: hex(32) })
    .refine(isBearable, unbearable),
  cipher: z.strictObject({ name: z.literal('aes-256-gcm'), iv: hex(12) }),
  ciphertext: hex(32),
  tag: hex(16),
})
type KeyBackup = z.infer<typeof KeyBackup>
type Header = Pick<KeyBackup, 'peer_id' | 'kdf' | 'cipher'>

/** A backup that reads well; whose it claims to be is certain only once it is open. */
export interface SealedKey {
  readonly peerId: PeerId
  /** The 32-byte secret, or PASSWORD_WRONG. */
  open(password: string): Promise<Uint8Array>
}

/** The text of a backup file. */
export async function sealKey(
  secret: Uint8Array,
  password: string,
  randomBytes: (count: number) => Uint8Array,
  cost: ScryptCost = standardCost,
): Promise<string> {
  const header: Header = {
    peer_id: signerFrom(secret).peerId,
    kdf: { name: 'scrypt', ...cost, salt: toHex(randomBytes(32)) },
    cipher: { name: 'aes-256-gcm', iv: toHex(randomBytes(12)) },
  }
  const key = await keyFrom(password, header)
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.from(header.cipher.iv, 'hex'))
  cipher.setAAD(boundTo(header))
  const ciphertext = Buffer.concat([cipher.update(secret), cipher.final()])
  const backup: KeyBackup = {
    version: 1,
    type: 'vcp-key-backup',
    ...header,
    ciphertext: toHex(ciphertext),
    tag: toHex(cipher.getAuthTag()),
  }
  return `${JSON.stringify(backup, null, 2)}\n`
}

/** Reads the text of the backup file `name`, or says what is wrong with it: BACKUP_CORRUPT. */
export function readBackup(name: string, text: string): SealedKey {
  const read = parseSecret(KeyBackup, text)
  if (!read.ok) {
    throw new VcpError('BACKUP_CORRUPT', { message: `${name} is not a key backup: ${read.reason}` })
  }
  const backup = read.value
  return { peerId: backup.peer_id, open: (password) => openBackup(name, backup, password) }
}

async function openBackup(name: string, backup: KeyBackup, password: string): Promise<Uint8Array> {
  const key = await keyFrom(password, backup)
  const iv = Buffer.from(backup.cipher.iv, 'hex')
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 })
  decipher.setAAD(boundTo(backup))
  decipher.setAuthTag(Buffer.from(backup.tag, 'hex'))
  const secret = decipher.update(Buffer.from(backup.ciphertext, 'hex'))
  try {
    decipher.final()
  } catch {
    // The cipher proves only that password and file do not belong together, not which is at fault.
    throw new VcpError('PASSWORD_WRONG', {
      message: `the password does not open ${name}, or the file has changed since it was written`,
      hint: 'Try again; if you are sure of the password, use another copy of the backup.',
    })
  }
  if (signerFrom(secret).peerId !== backup.peer_id) {
    const message = `${name} holds another key than the ${backup.peer_id} it names`
    throw new VcpError('BACKUP_CORRUPT', { message })
  }
  return secret
}

/** NFKC, so that a password typed on another keyboard or system stays the same password. */
function keyFrom(password: string, { kdf }: Header): Promise<Buffer> {
  const { n, r, p, salt } = kdf
  return new Promise((resolve, reject) => {
    const options = { N: n, r, p, maxmem: scryptMaxmem }
    scrypt(password.normalize('NFKC'), Buffer.from(salt, 'hex'), 32, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
}

/** The fields in a fixed order, whatever their order in the file. */
function boundTo({ peer_id, kdf, cipher }: Header): Buffer {
  const { name, n, r, p, salt } = kdf
  const fields = ['vcp-key-backup', 1, peer_id, name, n, r, p, salt, cipher.name, cipher.iv]
  return Buffer.from(JSON.stringify(fields))
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
