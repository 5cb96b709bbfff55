// Noise's ciphers, with the key of a connection made known to OpenSSL once, not for each message:
// for one of 3 KB that took longer than to encrypt it.
import { createSecretKey, type KeyObject } from 'node:crypto'
import { asCrypto, defaultCrypto, nodeCrypto } from '@libp2p/noise/crypto'

/** Up to here WASM is faster, for it begins at once; OpenSSL does more at a time. */
const smallBytesMax = 400

type NoiseCrypto = typeof defaultCrypto

export const noiseCrypto: NoiseCrypto = {
  ...defaultCrypto,
  chaCha20Poly1305Encrypt(plaintext, nonce, ad, key) {
    return plaintext.byteLength > smallBytesMax
      ? nodeCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, ad, known(key))
      : asCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, ad, key)
  },
  chaCha20Poly1305Decrypt(ciphertext, nonce, ad, key, destination) {
    return ciphertext.byteLength > smallBytesMax
      ? nodeCrypto.chaCha20Poly1305Decrypt(ciphertext, nonce, ad, known(key))
      : asCrypto.chaCha20Poly1305Decrypt(ciphertext, nonce, ad, key, destination)
  },
}

const keys = new WeakMap<Uint8Array, KeyObject>()

/** As the noise library hands keys on: it gives them to `createCipheriv`, which takes either. */
function known(key: Uint8Array): Uint8Array {
  let made = keys.get(key)
  if (made === undefined) {
    made = createSecretKey(key)
    keys.set(key, made)
  }
  return made as unknown as Uint8Array
}
