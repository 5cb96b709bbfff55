import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { describeUser } from '../../keystore/machine-user.ts'
import { shellWord } from '../../keystore/secret-file.ts'
import { bad, type Check, type Examination, ok, unknown, type Verdict, warning } from '../check.ts'

export const permissions: Check = {
  name: 'permissions',
  about: 'who else can reach keys, wallet and configuration',
  async run(examination) {
    if (examination.platform === 'win32') {
      const hint = 'Keep the data folder inside your profile, where others have no access.'
      return unknown('Windows keeps access lists, which are not examined', hint)
    }
    const files = watched(examination.dataDir)
    if (files.length === 0) return ok('there are no keys yet')
    const faults = files.flatMap((file) => faultOf(file, examination.uid) ?? [])
    return verdict(files, faults)
  },
  async fix({ dataDir, uid, platform }: Examination) {
    if (platform === 'win32') return []
    return watched(dataDir).flatMap((file) => {
      const fault = faultOf(file, uid)
      return fault?.repairable === true ? [close(file)] : []
    })
  },
}

interface Fault {
  readonly file: string
  readonly mode: string
  readonly message: string
  readonly hint: string
  readonly secret: boolean
  readonly repairable: boolean
}

const named = new Set([
  'node.key',
  'wallet.json',
  'wallet.password',
  'credentials.json',
  'binding.json',
  'config.json',
])

/** What is replaced is kept beside it, and is as secret. */
const kept = /^(node\.key|wallet\.json)\.|\.(old|bak)\b|backup/i

/** Anybody may know these; nobody else should change them. */
const open = new Set(['binding.json', 'config.json'])

function watched(dataDir: string): readonly string[] {
  try {
    return readdirSync(dataDir)
      .filter((name) => named.has(name) || kept.test(name))
      .sort()
      .map((name) => join(dataDir, name))
  } catch {
    return [] // the check of the data folder says why
  }
}

function faultOf(file: string, uid: number | null): Fault | null {
  const stats = lstatSync(file)
  const mode = `0${(stats.mode & 0o777).toString(8).padStart(3, '0')}`
  const secret = !open.has(basename(file))
  const fault = { file, mode, secret, repairable: false }
  if (!stats.isFile()) {
    const what = stats.isSymbolicLink() ? 'a link to somewhere else' : 'not a regular file'
    return { ...fault, message: `${file} is ${what}`, hint: `Put the file itself at ${file}.` }
  }
  if (uid !== null && stats.uid !== uid) {
    return {
      ...fault,
      message: `${file} belongs to another user of this machine, ${describeUser(stats.uid)}`,
      hint: `Do not trust ${file}: move it away, and bring back your own from a backup.`,
    }
  }
  if ((stats.mode & 0o077) === 0) return null
  const after = secret ? '; if others have had access, make a new one' : ''
  return {
    ...fault,
    repairable: true,
    message: `other users of this machine can reach ${file} (mode ${mode})`,
    hint: `Run \`vcp doctor --fix\`, or \`chmod 600 ${shellWord(file)}\`${after}.`,
  }
}

function verdict(files: readonly string[], faults: readonly Fault[]): Verdict {
  const figures = {
    files: files.length,
    faults: faults.map(({ file, mode, message }) => ({ file, mode, message })),
  }
  if (faults.length === 0) return ok(`${files.length} files, each yours alone (0600)`, figures)
  const summary = faults.map(({ message }) => message).join('; ')
  const hint = faults.map((fault) => fault.hint).join(' ')
  const isGrave = faults.some(({ secret, repairable }) => secret || !repairable)
  return isGrave ? bad(summary, hint, figures) : warning(summary, hint, figures)
}

/** Through the open file, so that no link can be put in its place meanwhile. */
function close(file: string): string {
  const handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const before = `0${(fstatSync(handle).mode & 0o777).toString(8).padStart(3, '0')}`
    fchmodSync(handle, 0o600)
    return `changed the mode of ${file} from ${before} to 0600`
  } finally {
    closeSync(handle)
  }
}
