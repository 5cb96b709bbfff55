// Receipts of RISC Zero from files: the journal as the program wrote it, the seal as bytes or hex.
import { createRisc0Verifier, type Risc0Receipt, sealBytes } from '@vcp/proofs'
import { type Digest, sha256, VcpError } from '@vcp/protocol'
import { readInputBytes } from '../input-file.ts'

const journalBytesMax = 16 * 1024 * 1024
const sealFileBytesMax = 4_096

export interface Risc0Files {
  readonly imageId: Digest
  readonly journal: string
  readonly seal: string
}

export interface CheckedReceipt {
  readonly kind: 'risc0-groth16'
  readonly ok: boolean
  readonly reason: string | null
  readonly image_id: Digest
  readonly journal_digest: Digest
  /** Null where the receipt does not hold. */
  readonly claim_digest: Digest | null
  readonly release: string | null
}

export async function checkRisc0Receipt(files: Risc0Files): Promise<CheckedReceipt> {
  const receipt: Risc0Receipt = {
    imageId: files.imageId,
    journal: await readInputBytes(files.journal, journalBytesMax),
    seal: sealFrom(await readInputBytes(files.seal, sealFileBytesMax), files.seal),
  }
  const verdict = createRisc0Verifier()(receipt)
  return {
    kind: 'risc0-groth16',
    ok: verdict.ok,
    reason: verdict.ok ? null : verdict.reason,
    image_id: receipt.imageId,
    journal_digest: sha256(receipt.journal),
    claim_digest: verdict.ok ? verdict.value.claimDigest : null,
    release: verdict.ok ? verdict.value.release : null,
  }
}

function sealFrom(bytes: Uint8Array, file: string): Uint8Array {
  if (bytes.length === sealBytes) return bytes
  const [, digits] = /^(?:0x)?([0-9a-f]*)\s*$/i.exec(new TextDecoder().decode(bytes)) ?? []
  if (digits?.length === 2 * sealBytes) return Uint8Array.from(Buffer.from(digits, 'hex'))
  throw new VcpError('INVALID', {
    message: `${file} is no seal: ${sealBytes} bytes, its selector first, or the same in hex`,
  })
}
