// Proofs of whole programs, made elsewhere: a RISC Zero receipt whose last proof is Groth16. Here
// it is checked; nothing here makes one.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { Digest, type Outcome, pass, refuse } from '@vcp/protocol'
import { g1Point, g2Point } from '../groth16/points.ts'
import type { Proof } from '../groth16/proof.ts'
import { verificationKeyFrom } from '../groth16/verification-key.ts'
import { verify } from '../groth16/verify.ts'
import { claimDigest } from './receipt-claim.ts'
import { controlId, type Release, releases, risc0Key } from './releases.ts'

/** What somebody hands in: that this program wrote this journal, and the seal that proves it. */
export interface Risc0Receipt {
  readonly imageId: Digest
  readonly journal: Uint8Array
  /** A selector of four bytes, then a, b and c, uncompressed: as contracts are called with. */
  readonly seal: Uint8Array
}

/** What holds once the receipt is verified. */
export interface Risc0Claim {
  /** The releases of RISC Zero's machine that it may come from. */
  readonly release: string
  readonly imageId: Digest
  readonly journalDigest: Digest
  readonly claimDigest: Digest
}

export const sealBytes = 4 + 8 * 32

/** Opens the key once. */
export function createRisc0Verifier(): (receipt: Risc0Receipt) => Outcome<Risc0Claim> {
  const key = verificationKeyFrom(risc0Key)
  return ({ imageId, journal, seal }) => {
    if (!key.ok) return key
    const release = releaseOf(seal)
    if (!release.ok) return release
    const proof = proofFrom(seal)
    if (!proof.ok) return proof
    const claim = claimDigest(hexToBytes(imageId), journal)
    const signals = signalsOf(release.value, claim)
    const verdict = verify(key.value, { proof: proof.value, signals })
    if (!verdict.ok) return verdict
    return pass({
      release: release.value.name,
      imageId,
      journalDigest: digest(sha256(journal)),
      claimDigest: digest(claim),
    })
  }
}

/** Digests in two halves of 16 bytes each, all with the lowest byte first. */
function signalsOf({ controlRoot }: Release, claim: Uint8Array): bigint[] {
  const root = hexToBytes(controlRoot)
  const halves = [root, claim].flatMap((whole) => [whole.subarray(0, 16), whole.subarray(16)])
  return [...halves, hexToBytes(controlId)].map((bytes) => numberOf(bytes.toReversed()))
}

function releaseOf(seal: Uint8Array): Outcome<Release> {
  if (seal.length !== sealBytes) {
    return refuse('INVALID', `a seal has ${sealBytes} bytes, its selector included`)
  }
  const selector = bytesToHex(seal.subarray(0, 4))
  const release = releases.find((each) => each.selector === selector)
  if (release === undefined) {
    const known = releases.filter(({ withdrawn }) => withdrawn === null).map(({ name }) => name)
    const taken = `RISC Zero ${known.join(', ')}`
    return refuse('ZK_PROOF_INVALID', `the seal is of ${selector}; taken are those of ${taken}`)
  }
  if (release.withdrawn === null) return pass(release)
  return refuse('ZK_PROOF_INVALID', `RISC Zero ${release.name}: ${release.withdrawn}`)
}

/** As EIP-197 has it, the imaginary part of each coordinate of b comes first. */
function proofFrom(seal: Uint8Array): Outcome<Proof> {
  const [ax, ay, bx1, bx0, by1, by0, cx, cy] = Array.from({ length: 8 }, (_, i) =>
    numberOf(seal.subarray(4 + i * 32, 36 + i * 32)),
  ) as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint]
  const a = g1Point(ax, ay, 'a')
  if (!a.ok) return a
  const c = g1Point(cx, cy, 'c')
  if (!c.ok) return c
  const b = g2Point({ c0: bx0, c1: bx1 }, { c0: by0, c1: by1 }, 'b')
  return b.ok ? pass({ a: a.value, b: b.value, c: c.value }) : b
}

function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

function digest(bytes: Uint8Array): Digest {
  return Digest.parse(bytesToHex(bytes))
}
