// The accounts of this machine. Windows has no numeric users: there the folder of the user's
// profile keeps others out, and nothing is checked here.
import { readFileSync } from 'node:fs'

/** Whether what user `uid` owns is somebody else's. */
export function isForeign(uid: number): boolean {
  const own = process.getuid?.()
  return own !== undefined && own !== uid
}

/** `ana (uid 1000)`, or the number alone where no name is known. */
export function describeUser(uid: number): string {
  const name = nameOf(uid)
  return name === null ? `uid ${uid}` : `${name} (uid ${uid})`
}

function nameOf(uid: number): string | null {
  let accounts: string
  try {
    accounts = readFileSync('/etc/passwd', 'utf8')
  } catch {
    return null // the number is enough to go on
  }
  const account = accounts.split('\n').find((line) => line.split(':')[2] === String(uid))
  return account?.split(':')[0] ?? null
}
