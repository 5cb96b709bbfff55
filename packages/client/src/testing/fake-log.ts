// A log in memory with real signatures and proofs, kept by nodes that run nothing: evidence as real
// as any, made where it is needed.
import {
  type Cid,
  cidOf,
  commitmentOf,
  type Digest,
  type Evidence,
  entryDigest,
  inclusionProof,
  type LedgerEntry,
  type LedgerEvent,
  leafBytes,
  leafHash,
  makeCheckpoint,
  merkleRoot,
  type Nonce,
  noteVerifier,
  publicKeyOf,
  type Receipt,
  type Signer,
  type Submission,
  signerFrom,
  signMessage,
  taskDigest,
  toDigests,
  writeVerifierKey,
} from '@vcp/protocol'

export const origin = 'test.example/log'
const atMs = 1_790_000_000_000

export function keyOfLog(signer: Signer): string {
  return writeVerifierKey(noteVerifier(origin, publicKeyOf(signer.peerId)!))
}

export class FakeLog {
  readonly entries: LedgerEntry[] = []
  readonly signer: Signer
  #wake: (() => void)[] = []

  constructor(byte = 0xc3) {
    this.signer = signerFrom(new Uint8Array(32).fill(byte))
  }

  append(event: LedgerEvent): LedgerEntry {
    const last = this.entries.at(-1)
    const previous = last === undefined ? null : (entryDigest(leafBytes(last)) as Digest)
    const entry = { index: this.entries.length, at_ms: atMs + this.entries.length, previous, event }
    this.entries.push(entry)
    for (const wake of this.#wake.splice(0)) wake()
    return entry
  }

  /** Resolves at the next entry. */
  more(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve))
  }

  /** From the offer to the result, by as many nodes as are asked for. */
  run(
    submission: Submission,
    output: Uint8Array,
  ): { readonly evidence: Evidence; readonly cid: Cid } {
    const { task_id, task } = submission
    const copies = Math.max(task.requirements.min_nodes, task.verification.quorum ?? 1)
    const nodes = Array.from({ length: copies }, (_, i) =>
      signerFrom(new Uint8Array(32).fill(i + 1)),
    )
    const cid = cidOf('raw', output)
    for (const { peerId } of nodes) {
      const lease = { task_id, peer_id: peerId, lease_epoch: 1, lease_ends_at_ms: atMs + 60_000 }
      this.append({ type: 'assignment-offered', ...lease })
      this.append({ type: 'assignment-accepted', ...lease })
    }
    const signed = nodes.map((node) => {
      const receipt = receiptOf(submission, cid, output.length)
      const commitment = commitmentOf(node.peerId, receipt)
      const committed = this.append({ type: 'result-committed', peer_id: node.peerId, commitment })
      const nonce = node.peerId.slice(0, 1).repeat(32) as Nonce
      return { receipt: signMessage('receipt', receipt, node, { nonce, atMs }), committed }
    })
    const revealed = signed.map(({ receipt }) => this.append({ type: 'receipt-revealed', receipt }))
    // Without the owners' signatures, many receipts show no more than one does.
    const level = 'signed'
    const { rootHash, place } = this.#tree()
    const receipts = signed.map(({ receipt, committed }, i) => ({
      receipt,
      revealed: place(revealed[i]!),
      committed: copies < 2 ? null : place(committed),
      binding: null,
    }))
    const head = { origin, treeSize: this.entries.length, rootHash }
    const checkpoint = makeCheckpoint(head, this.signer)
    this.append({ type: 'task-completed', task_id, level, output: cid, provisional: false })
    return { evidence: { task_id, level, receipts, checkpoint }, cid }
  }

  #tree() {
    const leaves = this.entries.map((entry) => leafHash(leafBytes(entry)))
    const [rootHash] = toDigests([merkleRoot(leaves)])
    const place = (entry: LedgerEntry) => ({
      entry,
      inclusion: {
        leaf_index: entry.index,
        tree_size: leaves.length,
        hashes: toDigests(inclusionProof(leaves, entry.index)),
      },
    })
    return { rootHash: rootHash!, place }
  }
}

function receiptOf({ task_id, task }: Submission, output: Cid, bytes: number): Receipt {
  return {
    task_id,
    task_type: task.task_type,
    task_digest: taskDigest(task),
    lease_epoch: 1,
    module: null,
    instrumented: null,
    input: 'ab'.repeat(32) as Digest,
    output,
    output_bytes: bytes,
    ending: { kind: 'ok' },
    gas: 1_000,
    trace_root: null,
    engine: { name: 'fake', version: '1' },
    started_at_ms: atMs,
    ended_at_ms: atMs + 1,
  }
}
