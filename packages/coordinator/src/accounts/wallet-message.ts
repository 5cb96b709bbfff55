// The message by which a wallet signs in (EIP-4361). We write it, the wallet shows and signs it,
// and it comes back word for word: what is read from it is written again and must be the same text.
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { momentOf, type OwnerAddress } from '@vcp/protocol'

export interface WalletMessage {
  readonly address: OwnerAddress
  readonly nonce: string
  readonly issuedAtMs: number
  readonly expiresAtMs: number
}

/** Where one signs in. A message made for one place is worth nothing at another. */
export interface WalletPlace {
  /** Host and port, as the browser shows them. */
  readonly domain: string
  readonly uri: string
  readonly chainId: number
}

const statement = 'Sign in to this vcp coordinator. This costs nothing and moves nothing.'

export function writeWalletMessage(message: WalletMessage, place: WalletPlace): string {
  return [
    `${place.domain} wants you to sign in with your Ethereum account:`,
    checksummed(message.address),
    '',
    statement,
    '',
    `URI: ${place.uri}`,
    'Version: 1',
    `Chain ID: ${place.chainId}`,
    `Nonce: ${message.nonce}`,
    `Issued At: ${momentOf(message.issuedAtMs)}`,
    `Expiration Time: ${momentOf(message.expiresAtMs)}`,
  ].join('\n')
}

/** Null where the text is not one that `writeWalletMessage` wrote for this place. */
export function readWalletMessage(text: string, place: WalletPlace): WalletMessage | null {
  const lines = text.split('\n')
  const nonce = /^Nonce: ([0-9a-f]{56})$/.exec(lines[8] ?? '')?.[1]
  const issuedAtMs = Date.parse(lines[9]?.slice('Issued At: '.length) ?? '')
  const expiresAtMs = Date.parse(lines[10]?.slice('Expiration Time: '.length) ?? '')
  if (nonce === undefined || Number.isNaN(issuedAtMs) || Number.isNaN(expiresAtMs)) return null
  const address = (lines[1] ?? '').toLowerCase() as OwnerAddress
  const message = { address, nonce, issuedAtMs, expiresAtMs }
  return writeWalletMessage(message, place) === text ? message : null
}

/** Half the order of secp256k1: of s and n - s, which sign the same, only the lower is taken. */
const HIGHEST_S = '7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0'

/** The address whose key signed a text as wallets sign it (EIP-191); null where none did. */
export function signerOfText(text: string, signature: string): OwnerAddress | null {
  const s = signature.slice(66, 130)
  const v = signature.slice(130)
  if (s > HIGHEST_S || (v !== '1b' && v !== '1c')) return null
  const bytes = utf8ToBytes(text)
  const prefix = utf8ToBytes(`\x19Ethereum Signed Message:\n${bytes.length}`)
  try {
    const point = secp256k1.Signature.fromHex(signature.slice(2, 130))
      .addRecoveryBit(v === '1b' ? 0 : 1)
      .recoverPublicKey(keccak_256(concatBytes(prefix, bytes)))
    const hash = keccak_256(point.toBytes(false).subarray(1))
    return `0x${bytesToHex(hash.subarray(12))}` as OwnerAddress
  } catch {
    return null // r is no point of the curve
  }
}

/** EIP-55: the case of the letters is a checksum. EIP-4361 asks for it. */
function checksummed(address: string): string {
  const hash = bytesToHex(keccak_256(utf8ToBytes(address.slice(2))))
  const digits = [...address.slice(2)]
  return `0x${digits.map((digit, i) => (hash[i]! >= '8' ? digit.toUpperCase() : digit)).join('')}`
}
