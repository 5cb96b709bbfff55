// The owner wallet, `wallet.json` in the data folder: an Ethereum keystore (version 3) that any
// wallet program can take over. ethers is loaded only when a key is made or used; it costs 120 ms.
import { join } from 'node:path'
import { type OwnerAddress, VcpError } from '@vcp/protocol'
import { checkDataFolder, openDataFolder } from './data-folder.ts'
import type { RandomBytes } from './node-key.ts'
import { type ScryptCost, standardCost } from './scrypt-bounds.ts'
import { readSecret, writeSecret } from './secret-file.ts'
import { parseSecret } from './secret-json.ts'
import { WalletFile } from './wallet-file.ts'

const BYTES_MAX = 65_536

/** EIP-712 data as ethers takes it: the domain apart from the other types. */
export interface TypedData {
  readonly domain: Readonly<Record<string, unknown>>
  readonly types: Readonly<
    Record<string, readonly { readonly name: string; readonly type: string }[]>
  >
  readonly message: Readonly<Record<string, unknown>>
}

export interface Wallet {
  readonly file: string
  /** As the file claims; certain once `sign` has succeeded. */
  readonly address: OwnerAddress
  /** Signs EIP-712 data, or PASSWORD_WRONG. */
  sign(typedData: TypedData, password: string): Promise<string>
  /** Signs a text as wallets do (EIP-191), or PASSWORD_WRONG. */
  signText(text: string, password: string): Promise<string>
}

export function walletFile(dataDir: string): string {
  return join(dataDir, 'wallet.json')
}

/** The wallet, or null where there is none. */
export function findWallet(dataDir: string): Wallet | null {
  if (!checkDataFolder(dataDir)) return null
  const file = walletFile(dataDir)
  const found = readSecret(file, { bytesMax: BYTES_MAX, damaged: 'WALLET_CORRUPT' })
  if (found === null) return null
  const read = parseSecret(WalletFile, found.text)
  if (!read.ok) throw corrupt(file, read.reason)
  const content = read.value
  return {
    file,
    address: content.address,
    sign: (typedData, password) => sign(file, content, typedData, password),
    async signText(text, password) {
      const { Wallet } = await import('ethers/wallet')
      return new Wallet(await decrypt(file, content, password)).signMessage(text)
    },
  }
}

/** The wallet, or WALLET_MISSING. */
export function openWallet(dataDir: string): Wallet {
  const wallet = findWallet(dataDir)
  if (wallet !== null) return wallet
  throw new VcpError('WALLET_MISSING', { message: `there is no owner wallet in ${dataDir}` })
}

/** Refuses before anybody is asked for a password that would be in vain. */
export function checkWalletPlace(dataDir: string): void {
  const present = findWallet(dataDir)
  if (present !== null) throw exists(present.file)
  openDataFolder(dataDir)
}

/** Makes a wallet with a key of its own; one that is there already stays as it is. */
export async function createWallet(
  dataDir: string,
  password: string,
  randomBytes: RandomBytes,
  { n, r, p }: ScryptCost = standardCost,
): Promise<Wallet> {
  checkWalletPlace(dataDir)
  const ethers = await import('ethers/wallet')
  const owner = new ethers.Wallet(hex(randomBytes(32)))
  const { address, privateKey } = owner
  const text = await ethers.encryptKeystoreJson({ address, privateKey }, password, {
    scrypt: { N: n, r, p },
    salt: randomBytes(32),
    iv: randomBytes(16),
    uuid: hex(randomBytes(16)),
  })
  const file = walletFile(dataDir)
  const written = writeSecret(file, `${text}\n`, {
    replaces: false,
    unwritable: 'DATA_FOLDER_UNUSABLE',
  })
  if (!written) throw exists(file)
  return openWallet(dataDir)
}

/** The address with the capitals of EIP-55, as people compare it. */
export async function checksummed(address: OwnerAddress): Promise<string> {
  const { getAddress } = await import('ethers/address')
  return getAddress(address)
}

async function sign(
  file: string,
  content: WalletFile,
  { domain, types, message }: TypedData,
  password: string,
): Promise<string> {
  const { Wallet } = await import('ethers/wallet')
  const owner = new Wallet(await decrypt(file, content, password))
  const plain = Object.fromEntries(Object.entries(types).map(([name, of]) => [name, [...of]]))
  return owner.signTypedData(domain, plain, message)
}

async function decrypt(file: string, content: WalletFile, password: string): Promise<string> {
  const { decryptKeystoreJson } = await import('ethers/wallet')
  const { isError } = await import('ethers/utils')
  try {
    // Only what was checked is handed on: no second spelling of a field slips past its bounds.
    return (await decryptKeystoreJson(JSON.stringify(content), password)).privateKey
  } catch (error) {
    if (!isError(error, 'INVALID_ARGUMENT')) throw error
    if (error.argument === 'address') throw corrupt(file, 'its address is not the one of its key')
    if (error.argument !== 'password') throw error
    // Not as a cause: messages of ethers may quote the arguments they complain about.
    throw new VcpError('PASSWORD_WRONG', {
      message: `the password does not open ${file}, or the file has changed since it was made`,
      hint: 'Try again; if you are sure of the password, use another copy of the wallet file.',
    })
  }
}

function hex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`
}

function exists(file: string): VcpError {
  return new VcpError('WALLET_EXISTS', {
    message: `${file} is there already`,
    details: { file },
  })
}

function corrupt(file: string, reason: string): VcpError {
  return new VcpError('WALLET_CORRUPT', {
    message: `the wallet ${file} is damaged: ${reason}`,
    details: { file },
  })
}
