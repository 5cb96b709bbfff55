// The owner of what this machine does, without anybody being asked: the wallet in the data folder,
// made where it is missing. Its password is then made too and lies beside it, so that the folder
// alone is as good as the wallet; whoever wants it otherwise sets VCP_WALLET_PASSWORD before.
import { join } from 'node:path'
import { type OwnerAddress, VcpError } from '@vcp/protocol'
import type { Host } from '../host.ts'
import { openDataFolder } from './data-folder.ts'
import { askNewPassword, askPassword, walletLock } from './password.ts'
import { type ScryptCost, standardCost } from './scrypt-bounds.ts'
import { readSecret, writeSecret } from './secret-file.ts'
import { checksummed, createWallet, findWallet, openWallet, type TypedData } from './wallet.ts'

export interface Owner {
  readonly address: OwnerAddress
  /** Whether the wallet was made just now. */
  readonly isNew: boolean
  /** Signs EIP-712 data. */
  sign(typedData: TypedData): Promise<string>
  /** Signs a text as wallets do (EIP-191). */
  signText(text: string): Promise<string>
}

/** Making a password of 256 random bits slow to guess would protect nothing. */
const costOfRandom: ScryptCost = { n: 2 ** 12, r: 8, p: 1 }

const passwordBytes = 32

/** The owner wallet, made where there is none; says on stderr what it made. */
export async function ensureOwner(dataDir: string, host: Host): Promise<Owner> {
  const present = findWallet(dataDir)
  const wallet = present ?? (await make(dataDir, host))
  let asked: Promise<string> | null = null
  const password = () => {
    asked ??= passwordOf(dataDir, host)
    return asked
  }
  return {
    address: wallet.address,
    isNew: present === null,
    sign: async (typedData) => wallet.sign(typedData, await password()),
    signText: async (text) => wallet.signText(text, await password()),
  }
}

export function passwordFile(dataDir: string): string {
  return join(dataDir, 'wallet.password')
}

async function make(dataDir: string, host: Host) {
  openDataFolder(dataDir)
  const isOurs = !host.env[walletLock.variable]
  const password = isOurs ? ensurePassword(dataDir, host) : await askNewPassword(host, walletLock)
  try {
    const cost = isOurs ? costOfRandom : standardCost
    const wallet = await createWallet(dataDir, password, host.randomBytes, cost)
    await tell(host, { address: wallet.address, dataDir, isOurs })
    return wallet
  } catch (error) {
    // Another program started at the same moment and was first; its wallet is as good.
    if (error instanceof VcpError && error.code === 'WALLET_EXISTS') return openWallet(dataDir)
    throw error
  }
}

async function tell(
  host: Host,
  made: { readonly address: OwnerAddress; readonly dataDir: string; readonly isOurs: boolean },
): Promise<void> {
  const { address, dataDir, isOurs } = made
  const lock = isOurs ? 'and its password in wallet.password' : 'for the password you gave'
  host.err(
    `made an owner wallet, ${await checksummed(address)}: wallet.json ${lock}, in ${dataDir}\n` +
      'back that folder up: whoever has it is the owner, and nobody can make it again\n',
  )
}

/** Of programs that start at once, all end with the same one. */
function ensurePassword(dataDir: string, host: Host): string {
  const text = Buffer.from(host.randomBytes(passwordBytes)).toString('hex')
  const file = passwordFile(dataDir)
  writeSecret(file, `${text}\n`, { replaces: false, unwritable: 'DATA_FOLDER_UNUSABLE' })
  return keptPassword(dataDir) ?? text
}

/** The environment, then the file beside the wallet, then the terminal. */
async function passwordOf(dataDir: string, host: Host): Promise<string> {
  if (host.env[walletLock.variable]) return askPassword(host, walletLock)
  return keptPassword(dataDir) ?? askPassword(host, walletLock)
}

function keptPassword(dataDir: string): string | null {
  const expected = { bytesMax: 1_024, damaged: 'WALLET_CORRUPT' } as const
  return readSecret(passwordFile(dataDir), expected)?.text.trim() ?? null
}
