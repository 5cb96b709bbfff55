// Tokens are stored as HMAC-SHA256 under a key that is not in the database: whoever copies the
// database can neither use what is in it nor test guesses against it. They have 144 random bits and
// more, so that a slow hash would add nothing.
import { createHmac, createSecretKey, hkdfSync } from 'node:crypto'

export type Purpose = 'access-token' | 'requester' | 'token-hash' | 'wallet-nonce'

/** One secret on disk, a key for each purpose. */
export function keyFor(secret: Uint8Array, purpose: Purpose): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `vcp/accounts/${purpose}/1`, 32))
}

export type KeyedHash = (text: string) => string

export function keyedHash(key: Uint8Array): KeyedHash {
  // Made once: making it takes longer than the hash.
  const made = createSecretKey(key)
  return (text) => createHmac('sha256', made).update(text).digest('hex')
}

const kinds = { refresh: ['rt_', 48], apiKey: ['vcp_', 24], setup: ['', 24] } as const

/** A new token of a kind, from random bytes. */
export function newToken(
  kind: keyof typeof kinds,
  randomBytes: (count: number) => Uint8Array,
): string {
  const [prefix, bytes] = kinds[kind]
  return prefix + Buffer.from(randomBytes(bytes)).toString('base64url')
}
