// Secrets on disk: written whole or not at all, and never read from a file that others can reach.
// All of it is synchronous, so that Ctrl-C cannot fall between two steps.
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type ErrorCode, VcpError } from '@vcp/protocol'
import { describeUser, isForeign } from './machine-user.ts'

export interface SecretText {
  readonly text: string
  /** As `chmod` takes it, `0600`; null on Windows, where files have no mode. */
  readonly mode: string | null
}

export interface Expectation {
  readonly bytesMax: number
  /** The code of a file that cannot be what it should be. */
  readonly damaged: ErrorCode
}

export interface Placement {
  /** Whether a file that is there already gives way; otherwise it stays as it is. */
  readonly replaces: boolean
  /** The code when the file cannot be written for another reason than a full disk. */
  readonly unwritable: ErrorCode
}

/** Reads a file of our own, or null where there is none. What others can reach is an error. */
export function readSecret(path: string, { bytesMax, damaged }: Expectation): SecretText | null {
  const file = openToRead(path)
  if (file === null) return null
  try {
    // The open file is what is examined: the name may lead elsewhere a moment later.
    const stats = fstatSync(file)
    const mode = checkAccess(path, stats)
    if (!stats.isFile()) throw new VcpError(damaged, { message: `${path} is not a regular file` })
    if (stats.size > bytesMax) {
      const message = `${path} has ${stats.size} bytes; such a file has at most ${bytesMax}`
      throw new VcpError(damaged, { message })
    }
    return { text: decode(path, readFileSync(file), damaged), mode }
  } finally {
    closeSync(file)
  }
}

/**
 * Writes a file of mode 0600, in one step: after a failure, a full disk or a crash the name leads
 * to what it led to before. False where a file is there already that does not give way.
 */
export function writeSecret(
  path: string,
  text: string,
  { replaces, unwritable }: Placement,
): boolean {
  const temporary = join(dirname(path), `.vcp-${randomUUID()}.tmp`)
  try {
    const file = openSync(temporary, 'wx', 0o600)
    try {
      writeFileSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    if (replaces) renameSync(temporary, path)
    else if (!placeBeside(temporary, path)) return false
    syncFolder(dirname(path))
    return true
  } catch (cause) {
    if (isDiskFull(cause)) {
      throw new VcpError('DISK_FULL', {
        message: `there is no room on the disk for ${path}`,
        cause,
      })
    }
    throw new VcpError(unwritable, { message: `${path} cannot be written`, cause })
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** Gives `from` a second name, `to`; false where `to` is taken. Never replaces anything. */
export function placeBeside(from: string, to: string, link = linkSync): boolean {
  try {
    link(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    if (!withoutLinks.has(codeOf(error))) throw error
  }
  // A memory stick (FAT, exFAT) has no hard links: a copy is as safe there, if not as sudden.
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL)
    sync(to, 'r+') // Windows takes a file that may be written only
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

export function isDiskFull(error: unknown): boolean {
  return codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT'
}

/** A path as a shell takes it, for hints that can be copied. */
export function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}

const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? ''
}

function openToRead(path: string): number | null {
  try {
    // Without O_NONBLOCK a pipe of that name would keep us waiting for its other end.
    return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return null
    throw new VcpError('DATA_FOLDER_UNUSABLE', { message: `${path} cannot be opened`, cause })
  }
}

/** Links are followed: what counts is whose the file at their end is, and who else may reach it. */
function checkAccess(path: string, { mode, uid }: Stats): string | null {
  // Windows reports 0666 for every file; access lists keep others out of a user's profile there.
  if (process.platform === 'win32') return null
  const octal = `0${(mode & 0o777).toString(8)}`
  if (isForeign(uid)) {
    throw new VcpError('KEY_EXPOSED', {
      message: `${path} belongs to another user of this machine, ${describeUser(uid)}`,
      hint: 'Do not trust it: move it away, and bring back your own from a backup.',
      details: { file: path, owner_uid: uid },
    })
  }
  if ((mode & 0o077) !== 0) {
    throw new VcpError('KEY_EXPOSED', {
      message: `other users of this machine can reach ${path} (mode ${octal})`,
      hint:
        `Run \`chmod 600 ${shellWord(path)}\` or \`vcp doctor --fix\`; ` +
        'if others have had access, make a new one.',
      details: { file: path, mode: octal },
    })
  }
  return octal
}

function decode(path: string, bytes: Uint8Array, damaged: ErrorCode): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new VcpError(damaged, { message: `${path} is not text` })
  }
}

/** Makes the new name itself durable; Windows does that on its own and refuses to be asked. */
function syncFolder(folder: string): void {
  if (process.platform !== 'win32') sync(folder, 'r')
}

function sync(path: string, flags: 'r' | 'r+'): void {
  const handle = openSync(path, flags)
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
