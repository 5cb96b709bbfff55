import {
  cidOf,
  commitmentOf,
  Nonce,
  type Receipt,
  sha256,
  signerFrom,
  signMessage,
} from '@vcp/protocol'
import type { KeptRun, Lease } from '../kept/kept.ts'

export const signer = signerFrom(new Uint8Array(32).fill(7))

const bytes = new TextEncoder().encode('an output')
const stamp = { nonce: Nonce.parse('0'.repeat(32)), atMs: 1_700_000_000_000 }

/** A run that ended well, as it is kept. */
export function keptRun(given: Lease & Partial<Pick<KeptRun, 'output' | 'traceLeaves'>>): KeptRun {
  const { taskId, leaseEpoch, output = bytes, traceLeaves = [] } = given
  const receipt: Receipt = {
    task_id: taskId,
    task_type: 'wasm_execution',
    task_digest: sha256(bytes),
    lease_epoch: leaseEpoch,
    module: cidOf('raw', bytes),
    instrumented: null,
    input: sha256(bytes),
    output: cidOf('raw', bytes),
    output_bytes: bytes.length,
    ending: { kind: 'ok' },
    gas: 1,
    trace_root: null,
    engine: { name: 'a', version: '1' },
    started_at_ms: stamp.atMs,
    ended_at_ms: stamp.atMs,
  }
  return {
    taskId,
    leaseEpoch,
    receipt: signMessage('receipt', receipt, signer, stamp),
    commitment: signMessage('commitment', commitmentOf(signer.peerId, receipt), signer, stamp),
    traceLeaves,
    output,
  }
}
