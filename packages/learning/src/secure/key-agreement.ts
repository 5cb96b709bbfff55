// X25519, HKDF-SHA-256 and AES-256-GCM as Node has them.
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'

export const secretBytes = 32

// RFC 8410: what stands before 32 bytes of key in PKCS #8 and in SubjectPublicKeyInfo.
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex')
const PUBLIC_PREFIX = Buffer.from('302a300506032b656e032100', 'hex')

export interface AgreementKey {
  readonly publicKey: Uint8Array
  /** 32 bytes that only both ends know, for one purpose; null where the other key is no key. */
  agree(publicKey: Uint8Array, purpose: string): Uint8Array | null
}

export function agreementKey(secret: Uint8Array): AgreementKey {
  const der = Buffer.concat([PRIVATE_PREFIX, secret])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return {
    publicKey: new Uint8Array(spki.subarray(PUBLIC_PREFIX.length)),
    agree: (publicKey, purpose) => agree(privateKey, publicKey, purpose),
  }
}

function agree(privateKey: KeyObject, publicKey: Uint8Array, purpose: string): Uint8Array | null {
  if (publicKey.length !== secretBytes) return null
  const der = Buffer.concat([PUBLIC_PREFIX, publicKey])
  try {
    const other = createPublicKey({ key: der, format: 'der', type: 'spki' })
    const point = diffieHellman({ privateKey, publicKey: other })
    // All of the derived key is used: 32 bits of it, as a known framework took, can be guessed.
    return new Uint8Array(hkdfSync('sha256', point, new Uint8Array(0), purpose, secretBytes))
  } catch {
    // A point of small order: OpenSSL refuses to agree on zero.
    return null
  }
}

const NONCE = new Uint8Array(12)
const TAG_BYTES = 16

/** Seals under a key that seals once: it is made for one message of one sender to one receiver. */
export function seal(key: Uint8Array, message: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, NONCE)
  return new Uint8Array(
    Buffer.concat([cipher.update(message), cipher.final(), cipher.getAuthTag()]),
  )
}

export function unseal(key: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  if (sealed.length < TAG_BYTES) return null
  const end = sealed.length - TAG_BYTES
  const decipher = createDecipheriv('aes-256-gcm', key, NONCE, { authTagLength: TAG_BYTES })
  decipher.setAuthTag(sealed.subarray(end))
  try {
    return new Uint8Array(
      Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]),
    )
  } catch {
    return null
  }
}
