// Passwords come from the environment or from the terminal, never from a flag: flags are seen by
// every user of the machine and kept in the history of the shell.
import { limits, VcpError } from '@vcp/protocol'
import type { Host } from '../host.ts'

export interface Lock {
  readonly variable: 'VCP_WALLET_PASSWORD' | 'VCP_BACKUP_PASSWORD' | 'VCP_ACCOUNT_PASSWORD'
  /** What the password opens, as it stands in a question. */
  readonly name: string
}

export const walletLock: Lock = { variable: 'VCP_WALLET_PASSWORD', name: 'the owner wallet' }
export const backupLock: Lock = { variable: 'VCP_BACKUP_PASSWORD', name: 'the key backup' }
export const accountLock: Lock = { variable: 'VCP_ACCOUNT_PASSWORD', name: 'the account' }

/** The password of something that exists. */
export async function askPassword(host: Host, lock: Lock): Promise<string> {
  const password = host.env[lock.variable] || (await host.askSecret(`Password of ${lock.name}: `))
  if (password === null) throw missing(lock)
  return usable(password)
}

/** A password for something new: long enough, and typed twice where it is typed. */
export async function askNewPassword(host: Host, lock: Lock): Promise<string> {
  const given = host.env[lock.variable] || null
  const typed =
    given ??
    (await host.askSecret(
      `New password for ${lock.name} (at least ${limits.passwordCharactersMin} characters): `,
    ))
  if (typed === null) throw missing(lock)
  const password = usable(typed)
  const { length } = [...password]
  if (length < limits.passwordCharactersMin) {
    throw new VcpError('PASSWORD_TOO_SHORT', {
      message: `the password has ${length} characters`,
      details: { characters_min: limits.passwordCharactersMin },
    })
  }
  if (given === null && (await host.askSecret('The same password again: ')) !== password) {
    throw new VcpError('PASSWORD_MISMATCH')
  }
  return password
}

function usable(password: string): string {
  if (password.length > limits.passwordCharactersMax) {
    throw new VcpError('PASSWORD_UNUSABLE', {
      message: `the password is longer than ${limits.passwordCharactersMax} characters`,
    })
  }
  // Half a surrogate pair has no bytes to derive a key from.
  if (!password.isWellFormed()) {
    throw new VcpError('PASSWORD_UNUSABLE', { message: 'the password is not valid Unicode' })
  }
  return password
}

function missing({ variable, name }: Lock): VcpError {
  return new VcpError('PASSWORD_MISSING', {
    message: `the password of ${name} is needed, and there is no terminal to ask for it`,
    hint: `Set the environment variable ${variable}, or run the command in a terminal.`,
    details: { variable },
  })
}
