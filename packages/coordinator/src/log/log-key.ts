// The key of a log: an Ed25519 secret in a file of mode 0600, and with it the name of the log,
// since neither may change while anybody keeps a checkpoint.
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { nativeSigner } from '@vcp/mesh/verify'
import {
  type KnownLog,
  noteVerifier,
  PeerId,
  parseJsonText,
  publicKeyOf,
  type Signer,
  signerFrom,
  VcpError,
} from '@vcp/protocol'
import * as z from 'zod'

/** Who signs a log, and under which name. */
export interface LogKey {
  /** The name of the log, such as `coordinator.example/log`. */
  readonly origin: string
  readonly signer: Signer
}

/** The log as those know it who check its heads. */
export function knownLogOf({ origin, signer }: LogKey): KnownLog {
  const publicKey = publicKeyOf(signer.peerId)
  if (publicKey === null) throw new VcpError('KEY_CORRUPT', { message: `no key in ${origin}` })
  return { origin, verifier: noteVerifier(origin, publicKey) }
}

const bytesMax = 4_096

const LogKeyFile = z.strictObject({
  version: z.literal(1),
  type: z.literal('ed25519'),
  origin: z
    .string()
    .max(255)
    .regex(/^[\x21-\x2a\x2c-\x7e]+$/, 'an origin has no spaces and no +'),
  peer_id: PeerId,
  secret: z
    .string()
    .length(64)
    .regex(/^[0-9a-f]+$/),
})

export interface NewLogKey {
  /** What a log made now is called; one that is there keeps its name. */
  readonly origin: string
  randomBytes(count: number): Uint8Array
}

/** The key of the log, made where there is none. Its folder must exist. */
export function ensureLogKey(file: string, { origin, randomBytes }: NewLogKey): LogKey {
  const present = readLogKey(file)
  if (present !== null) return present
  const secret = Buffer.from(randomBytes(32)).toString('hex')
  const { peerId } = signerFrom(Buffer.from(secret, 'hex'))
  const content = LogKeyFile.parse({
    version: 1,
    type: 'ed25519',
    origin,
    peer_id: peerId,
    secret,
  })
  place(file, `${JSON.stringify(content, null, 2)}\n`)
  // Whoever was first: of two that start at once, both go on with the same key.
  const key = readLogKey(file)
  if (key === null) throw damaged(file, 'it is gone again')
  return key
}

function readLogKey(file: string): LogKey | null {
  const text = readPrivate(file)
  if (text === null) return null
  const parsed = parseJsonText(LogKeyFile, text, bytesMax)
  if (!parsed.ok) throw damaged(file, parsed.reason)
  const { origin, peer_id, secret } = parsed.value
  const signer = nativeSigner(Buffer.from(secret, 'hex'))
  if (signer.peerId !== peer_id) throw damaged(file, 'peer_id and secret do not belong together')
  return { origin, signer }
}

function readPrivate(file: string): string | null {
  const handle = openToRead(file)
  if (handle === null) return null
  try {
    const { mode, size, uid } = fstatSync(handle)
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw damaged(file, 'it is no file')
    // Windows knows no modes; access lists keep others out of a user's profile there.
    if (process.platform !== 'win32' && ((mode & 0o077) !== 0 || !isOurs(uid))) {
      throw new VcpError('KEY_EXPOSED', {
        message: `other users of this machine can reach ${file}`,
        hint: `Make it yours alone with chmod 600; if others have had access, make a new log.`,
        details: { file },
      })
    }
    if (size > bytesMax) throw damaged(file, `it has ${size} bytes`)
    return readFileSync(handle, 'utf8')
  } finally {
    closeSync(handle)
  }
}

function isOurs(uid: number): boolean {
  return uid === process.getuid?.() || uid === 0
}

function openToRead(file: string): number | null {
  try {
    // Without O_NONBLOCK a pipe of that name would keep us waiting for its other end.
    return openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new VcpError('DATA_FOLDER_UNUSABLE', { message: `${file} cannot be opened`, cause })
  }
}

/** Writes the file whole and durably, unless there is one already: that one stays. */
function place(file: string, text: string): void {
  const temporary = join(dirname(file), `.vcp-${randomUUID()}.tmp`)
  try {
    const handle = openSync(temporary, 'wx', 0o600)
    try {
      writeFileSync(handle, text)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    linkSync(temporary, file)
    syncFolder(dirname(file))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new VcpError('DISK_FULL', { cause })
    throw new VcpError('DATA_FOLDER_UNUSABLE', { message: `${file} cannot be written`, cause })
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** Makes the new name itself durable; Windows does that on its own and refuses to be asked. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function damaged(file: string, why: string): VcpError {
  return new VcpError('KEY_CORRUPT', {
    message: `the key of the log, ${file}, is damaged: ${why}`,
    hint: 'Bring it back from a backup: with another key, nobody can check what was signed before.',
    details: { file },
  })
}
