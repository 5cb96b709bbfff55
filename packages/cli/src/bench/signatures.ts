// What every task takes of a node and of whoever checks its result: digests and signatures.
import { createHash, randomBytes } from 'node:crypto'
import { nativeSigner } from '@vcp/mesh/verify'
import { pass, publicKeyOf, verifyEd25519 } from '@vcp/protocol'
import type { Measure, Work } from './measure.ts'

const blobMegabytes = 1

export const hashing: Measure = {
  name: 'hashing',
  about: `SHA-256 of a blob of ${blobMegabytes} MB, by OpenSSL`,
  unit: 'MB',
  async start() {
    const blob = randomBytes(blobMegabytes * 1_000_000)
    return pass(repeated(blobMegabytes, () => createHash('sha256').update(blob).digest()))
  },
}

/** About a receipt. */
const signedBytes = 600

export const signing: Measure = {
  name: 'signing',
  about: `Ed25519 over ${signedBytes} bytes, as a node signs a receipt`,
  unit: 'signatures',
  async start() {
    const signer = nativeSigner(randomBytes(32))
    const receipt = randomBytes(signedBytes)
    return pass(repeated(10, () => tenTimes(() => signer.sign(receipt))))
  },
}

export const verifying: Measure = {
  name: 'verifying',
  about: 'the same signatures, as a browser verifies them',
  unit: 'signatures',
  async start() {
    const signer = nativeSigner(randomBytes(32))
    const receipt = randomBytes(signedBytes)
    const signature = Buffer.from(signer.sign(receipt), 'hex')
    const key = publicKeyOf(signer.peerId)
    return pass(repeated(1, () => key !== null && verifyEd25519(key, receipt, signature)))
  },
}

/** What takes no time to begin or to end. */
function repeated(amount: number, once: () => unknown): Work {
  return {
    async some() {
      once()
      return pass(amount)
    },
    end: async () => undefined,
  }
}

function tenTimes(once: () => unknown): void {
  for (let left = 10; left > 0; left -= 1) once()
}
