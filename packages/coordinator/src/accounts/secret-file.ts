// The one secret of accounts: 32 bytes in a file of mode 0600, made at the first start. Losing it
// signs everybody out and voids every API key; accounts and passwords are not touched.
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { VcpError } from '@vcp/protocol'

export const secretBytes = 32

/** Reads the secret, or makes one where there is no file. One that others can read is an error. */
export function openSecretFile(
  file: string,
  randomBytes: (count: number) => Uint8Array,
): Uint8Array {
  const made = make(file, randomBytes)
  return made ?? read(file)
}

/** Null where the file is there already: whoever comes second takes the first one's. */
function make(file: string, randomBytes: (count: number) => Uint8Array): Uint8Array | null {
  let handle: number
  try {
    handle = openSync(file, 'wx', 0o600)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return null
    throw new VcpError('DATA_FOLDER_UNUSABLE', { message: `${file} cannot be made`, cause })
  }
  try {
    const secret = randomBytes(secretBytes)
    writeFileSync(handle, `${Buffer.from(secret).toString('hex')}\n`)
    fsyncSync(handle)
    return secret
  } finally {
    closeSync(handle)
  }
}

function read(file: string): Uint8Array {
  const handle = openSync(file, 'r')
  try {
    const { mode, size } = fstatSync(handle)
    // Windows reports 0666 for every file; access lists keep others out of a user's profile there.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new VcpError('KEY_EXPOSED', {
        message: `other users of this machine can read ${file}`,
        hint: 'Run chmod 600 on it; if others have had access, move it away to make a new one.',
        details: { file },
      })
    }
    const text = size > 128 ? '' : readFileSync(handle, 'latin1').trim()
    if (/^[0-9a-f]{64}$/.test(text)) return Buffer.from(text, 'hex')
    throw new VcpError('KEY_CORRUPT', {
      message: `${file} does not hold a secret of 64 hexadecimal digits`,
      hint: 'Restore the file from a backup, or move it away: everybody then has to sign in again.',
      details: { file },
    })
  } finally {
    closeSync(handle)
  }
}
