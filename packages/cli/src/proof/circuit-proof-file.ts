// Proofs of circuits from files: as `prove` writes them, or as a node hands them in, with more
// beside.
import { claimFrom, keyFileBytesMax, verificationKeyFrom, verify } from '@vcp/proofs'
import { type Digest, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { readInputJson } from '../input-file.ts'

/** Also as a node hands one in, with what it says beside. */
const proofFileBytesMax = 262_144

const ProofFile = z.object({ proof: z.unknown(), signals: z.unknown() })

export interface CircuitFiles {
  readonly proof: string
  readonly key: string
}

export interface CheckedCircuit {
  readonly kind: 'groth16-circuit'
  readonly ok: boolean
  readonly reason: string | null
  readonly verification_key: Digest
  readonly signals: readonly string[]
}

export async function checkCircuitProof(files: CircuitFiles): Promise<CheckedCircuit> {
  const key = verificationKeyFrom(await readInputJson(files.key, keyFileBytesMax))
  if (!key.ok) throw new VcpError(key.code, { message: `${files.key}: ${key.reason}` })
  const file = ProofFile.safeParse(await readInputJson(files.proof, proofFileBytesMax))
  const hasBoth = file.success && 'proof' in file.data && 'signals' in file.data
  if (!file.success || !hasBoth) {
    throw new VcpError('INVALID', { message: `${files.proof} has no \`proof\` and \`signals\`` })
  }
  const claim = claimFrom(file.data.proof, file.data.signals)
  const verdict = claim.ok ? verify(key.value, claim.value) : claim
  return {
    kind: 'groth16-circuit',
    ok: verdict.ok,
    reason: verdict.ok ? null : verdict.reason,
    verification_key: key.value.digest,
    signals: claim.ok ? claim.value.signals.map(String) : [],
  }
}
