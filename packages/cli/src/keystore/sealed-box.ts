// Bytes that only chosen nodes can read. A node's identity is an Ed25519 key; the same secret is an
// X25519 key (RFC 7748) by the map between the two curves, so that whoever knows a node's id can
// seal for it. Each box has a key of its own, wrapped for each reader under an ephemeral key that
// is thrown away: it says nothing of who sealed it.
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { type Outcome, PeerId, pass, publicKeyOf, refuse } from '@vcp/protocol'
import * as z from 'zod'

const Base64 = z.base64().max(134_217_728)

const SealedBox = z.strictObject({
  format: z.literal('vcp-sealed/1'),
  /** The X25519 key that the wrapping keys come from. */
  ephemeral: Base64,
  /** The key of the box, wrapped for each reader: nonce, ciphertext, tag. */
  readers: z.record(PeerId, Base64),
  /** Nonce, ciphertext, tag. */
  body: Base64,
})

/** Fails for a peer id that holds no key. */
export function sealFor(readers: readonly PeerId[], bytes: Uint8Array): Uint8Array {
  const ephemeral = generateKeyPairSync('x25519')
  const own = rawPublic(ephemeral.publicKey)
  const boxKey = randomBytes(32)
  const wrapped = readers.map((peerId) => {
    const publicKey = publicKeyOf(peerId)
    if (publicKey === null) throw new RangeError(`${peerId} is no peer id`)
    const theirs = montgomeryOf(publicKey)
    const shared = diffieHellman({
      privateKey: ephemeral.privateKey,
      publicKey: createPublicKey({
        key: Buffer.concat([spki, theirs]),
        format: 'der',
        type: 'spki',
      }),
    })
    return [peerId, encrypt(wrappingKey(shared, own, theirs), boxKey, peerId)] as const
  })
  const box = {
    format: 'vcp-sealed/1',
    ephemeral: own.toString('base64'),
    readers: Object.fromEntries(wrapped),
    body: encrypt(boxKey, bytes, bodyName),
  }
  return new TextEncoder().encode(JSON.stringify(box))
}

/** Opens a box with the 32 bytes that a node's key is made of. */
export function openSealed(
  peerId: PeerId,
  secret: Uint8Array,
  bytes: Uint8Array,
): Outcome<Uint8Array> {
  const read = SealedBox.safeParse(jsonIn(bytes))
  if (!read.success) return refuse('INVALID', 'this is no sealed box')
  const { ephemeral, readers, body } = read.data
  const wrapped = readers[peerId]
  if (wrapped === undefined) return refuse('NOT_ALLOWED', `the box is not sealed to ${peerId}`)
  const theirs = Buffer.from(ephemeral, 'base64')
  const own = montgomeryOf(publicKeyOf(peerId)!)
  try {
    const shared = diffieHellman({
      privateKey: scalarOf(secret),
      publicKey: createPublicKey({
        key: Buffer.concat([spki, theirs]),
        format: 'der',
        type: 'spki',
      }),
    })
    const boxKey = decrypt(wrappingKey(shared, theirs, own), wrapped, peerId)
    return pass(decrypt(boxKey, body, bodyName))
  } catch {
    // A tag that does not fit, a point of small order: nothing of it can be believed.
    return refuse('INVALID', 'the box was not sealed with this key, or was changed')
  }
}

/** DER up to the 32 bytes of a key (RFC 8410). */
const spki = Buffer.from('302a300506032b656e032100', 'hex')
const pkcs8 = Buffer.from('302e020100300506032b656e04220420', 'hex')
const bodyName = 'body'
const nonceBytes = 12
const tagBytes = 16

/** The scalar of the Ed25519 key: half of the hash of its secret (RFC 8032, 5.1.5). */
function scalarOf(secret: Uint8Array): KeyObject {
  const scalar = createHash('sha512').update(secret).digest().subarray(0, 32)
  return createPrivateKey({ key: Buffer.concat([pkcs8, scalar]), format: 'der', type: 'pkcs8' })
}

const prime = 2n ** 255n - 19n

/** u = (1 + y) / (1 - y), RFC 7748 4.1; the sign of x, the highest bit, is not needed. */
function montgomeryOf(publicKey: Uint8Array): Buffer {
  const y = BigInt(`0x${Buffer.from(publicKey).reverse().toString('hex')}`) & (2n ** 255n - 1n)
  const u = ((1n + y) * power(prime + 1n - y, prime - 2n)) % prime
  return Buffer.from(u.toString(16).padStart(64, '0'), 'hex').reverse()
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base % prime
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % prime
    square = (square * square) % prime
  }
  return result
}

function wrappingKey(shared: Buffer, ephemeral: Buffer, reader: Buffer): Buffer {
  const salt = Buffer.concat([ephemeral, reader])
  return Buffer.from(hkdfSync('sha256', shared, salt, 'vcp/sealed/1', 32))
}

function encrypt(key: Uint8Array, bytes: Uint8Array, name: string): string {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(Buffer.from(name), { plaintextLength: bytes.length })
  const sealed = Buffer.concat([cipher.update(bytes), cipher.final()])
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64')
}

function decrypt(key: Uint8Array, text: string, name: string): Buffer {
  const all = Buffer.from(text, 'base64')
  const sealed = all.subarray(nonceBytes, -tagBytes)
  const nonce = all.subarray(0, nonceBytes)
  const cipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: tagBytes })
  cipher.setAuthTag(all.subarray(-tagBytes))
  cipher.setAAD(Buffer.from(name), { plaintextLength: sealed.length })
  return Buffer.concat([cipher.update(sealed), cipher.final()])
}

function rawPublic(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(-32)
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return null
  }
}
