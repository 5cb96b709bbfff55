// The journal as a transparency log: its Merkle tree, signed heads and proofs. It follows what the
// journal has made durable and stores nothing but the newest head it signed.
import {
  blockLeaves,
  type ConsistencyProof,
  consistencyPath,
  createMerkleIndex,
  decodeCanonical,
  type InclusionProof,
  inclusionPath,
  type KnownLog,
  type LedgerEntry,
  makeCheckpoint,
  merkleRoot,
  noteVerifier,
  type Outcome,
  openCheckpoint,
  pass,
  publicKeyOf,
  refuse,
  type SubtreeHash,
  type TreeHead,
  toDigests,
  VcpError,
  writeVerifierKey,
} from '@vcp/protocol'
import type { Clock } from '../journal/clock.ts'
import type { Journal } from '../journal/journal.ts'
import { nativeSha256 } from '../native-sha256.ts'
import type { LogKey } from './log-key.ts'

export interface Log {
  /** Entries in the log, all of them durable. */
  readonly size: number
  /** The key that people check its checkpoints with. */
  readonly verifierKey: string
  /**
   * The newest signed head. A new one is signed when there is more to cover and the last is at
   * least a second old; it is stored before it is handed out, so that a head once signed is never
   * forgotten. While the disk is full the last one stays the newest.
   */
  checkpoint(): Promise<string>
  /**
   * A signed head that covers an entry, for evidence of it; made where there is none, for all who
   * ask within a moment the same. Null where none can be made now: the disk is full.
   */
  checkpointOver(index: number): Promise<string | null>
  /** That an entry is in the log of a given size; NOT_FOUND where the log is not that long. */
  inclusion(index: number, size: number): Promise<Outcome<InclusionProof>>
  /** That the log of one size begins with that of another. */
  consistency(from: number, to: number): Promise<Outcome<ConsistencyProof>>
  /** Entries from an index on, in order; NOT_FOUND where they were pruned. */
  entries(from: number, limit: number): Promise<Outcome<readonly LedgerEntry[]>>
}

const checkpointEveryMs = 1_000
/** A head that evidence waits for costs an fsync: results of this long share one. */
const coverEveryMs = 10
/** A head may be under way that was begun too early; the next one is not. */
const coverTries = 3
/** Results are asked for while they are new: they lie in the last few blocks. */
const blocksKept = 8

type LogClock = Pick<Clock, 'nowMs' | 'after'>

/**
 * Opens the log over a journal. Fails with JOURNAL_CORRUPT where the journal does not lead to the
 * head that was signed last: entries were lost or changed that somebody may have a proof of.
 */
export async function openLog(journal: Journal, key: LogKey, clock: LogClock): Promise<Log> {
  const log = new JournalLog(journal, key, clock)
  await log.resume()
  return log
}

interface Signed {
  readonly note: string
  readonly size: number
  readonly atMs: number
}

class JournalLog implements Log {
  readonly verifierKey: string
  readonly #journal: Journal
  readonly #key: LogKey
  readonly #known: KnownLog
  readonly #clock: LogClock
  /** Of complete blocks alone; the leaves after them are the journal's to keep. */
  readonly #index = createMerkleIndex([], nativeSha256)
  /** Leaf hashes of the blocks that were asked for last; the newest block has those of then. */
  readonly #blocks = new Map<number, readonly Uint8Array[]>()
  #newest: Signed | null = null
  #signing: Promise<string> | null = null
  #covering: Promise<void> | null = null

  constructor(journal: Journal, key: LogKey, clock: LogClock) {
    const verifier = noteVerifier(key.origin, publicKeyOf(key.signer.peerId)!)
    this.verifierKey = writeVerifierKey(verifier)
    this.#journal = journal
    this.#key = key
    this.#known = { origin: key.origin, verifier }
    this.#clock = clock
  }

  get size(): number {
    return this.#journal.size
  }

  /** Compares the journal with the head that was signed last. */
  async resume(): Promise<void> {
    const kept = await this.#journal.newestSnapshot('checkpoint')
    if (kept === null) return
    const note = new TextDecoder().decode(kept.bytes)
    const opened = openCheckpoint(note, this.#known)
    if (!opened.ok) {
      throw new VcpError('CHECKPOINT_INVALID', {
        message: `the last head of this log is not signed by its key: ${opened.reason}`,
        hint: 'Bring back the key file that belongs to this journal.',
      })
    }
    const { treeSize, rootHash } = opened.value
    if (treeSize > this.size) {
      throw lost(this.size, `it ends at ${this.size}, and a head of ${treeSize} was signed`)
    }
    if ((await this.#head(treeSize)).rootHash !== rootHash) {
      throw lost(null, `it does not lead to the head of ${treeSize} entries that was signed`)
    }
    this.#newest = { note, size: treeSize, atMs: Number.NEGATIVE_INFINITY }
  }

  async checkpoint(): Promise<string> {
    if (this.#signing !== null) return this.#signing
    if (this.#newest !== null) {
      const ageMs = this.#clock.nowMs() - this.#newest.atMs
      const isFresh = ageMs >= 0 && ageMs < checkpointEveryMs
      if (isFresh || this.#newest.size === this.size) return this.#newest.note
    }
    return this.#signOnce()
  }

  async checkpointOver(index: number): Promise<string | null> {
    for (let i = 0; i < coverTries && index < this.size; i++) {
      if (this.#newest !== null && this.#newest.size > index) return this.#newest.note
      this.#covering ??= this.#cover()
      await this.#covering
    }
    return this.#newest !== null && this.#newest.size > index ? this.#newest.note : null
  }

  async #cover(): Promise<void> {
    try {
      const { nowMs, after } = this.#clock
      const sinceMs = nowMs() - (this.#newest?.atMs ?? Number.NEGATIVE_INFINITY)
      if (sinceMs >= 0 && sinceMs < coverEveryMs) {
        await new Promise<void>((resolve) => after(coverEveryMs - sinceMs, resolve))
      }
      await (this.#signing ?? this.#signOnce())
    } finally {
      this.#covering = null
    }
  }

  async #signOnce(): Promise<string> {
    this.#signing = this.#sign()
    try {
      return await this.#signing
    } finally {
      this.#signing = null
    }
  }

  async inclusion(index: number, size: number): Promise<Outcome<InclusionProof>> {
    if (size > this.size || index >= size) {
      return refuse('NOT_FOUND', `no entry ${index} in a log of ${Math.min(size, this.size)}`)
    }
    const hashOf = await this.#subtreeHash(index, size - 1)
    const hashes = toDigests(inclusionPath(index, size, hashOf))
    return pass({ leaf_index: index, tree_size: size, hashes })
  }

  async consistency(from: number, to: number): Promise<Outcome<ConsistencyProof>> {
    if (to > this.size || from > to) {
      return refuse('NOT_FOUND', `no log of ${from} that grew to ${to}: it has ${this.size}`)
    }
    const hashOf = await this.#subtreeHash(Math.max(0, from - 1), Math.max(0, to - 1))
    const hashes = toDigests(consistencyPath(from, to, hashOf))
    return pass({ old_size: from, new_size: to, hashes })
  }

  async entries(from: number, limit: number): Promise<Outcome<readonly LedgerEntry[]>> {
    if (from < this.#journal.first) {
      return refuse('NOT_FOUND', `entries before ${this.#journal.first} are not kept here any more`)
    }
    const to = Math.min(this.size, from + limit)
    const entries: LedgerEntry[] = []
    if (from >= to) return pass(entries)
    for await (const page of this.#journal.read(from, to)) {
      for (const { index, bytes } of page) entries.push(entryFrom(index, bytes))
    }
    return pass(entries)
  }

  async #sign(): Promise<string> {
    const head = await this.#head(this.size)
    const note = makeCheckpoint({ origin: this.#key.origin, ...head }, this.#key.signer)
    const bytes = new TextEncoder().encode(note)
    const atMs = this.#clock.nowMs()
    try {
      await this.#journal.saveSnapshot('checkpoint', { size: head.treeSize, bytes })
    } catch (error) {
      const isFull = error instanceof VcpError && error.code === 'DISK_FULL'
      if (!isFull || this.#newest === null) throw error
      // What was not handed out was never signed. The next try is a second away, as after any head.
      this.#newest = { ...this.#newest, atMs }
      return this.#newest.note
    }
    this.#newest = { note, size: head.treeSize, atMs }
    return note
  }

  async #head(treeSize: number): Promise<TreeHead> {
    const root =
      treeSize === 0
        ? merkleRoot([])
        : (await this.#subtreeHash(treeSize - 1, treeSize - 1))(0, treeSize)
    const [rootHash] = toDigests([root])
    return { treeSize, rootHash: rootHash! }
  }

  /** The hashes of subtrees, the leaves of whose ends lie in the blocks of these two. */
  async #subtreeHash(one: number, other: number): Promise<SubtreeHash> {
    const size = Math.max(one, other) + 1
    await this.#readRoots(Math.floor(size / blockLeaves))
    const leaves = new Map<number, readonly Uint8Array[]>()
    for (const leaf of [one, other]) {
      const block = Math.floor(leaf / blockLeaves)
      const needed = Math.min(blockLeaves, size - block * blockLeaves)
      if (!leaves.has(block)) leaves.set(block, await this.#leavesOf(block, needed))
    }
    return this.#index.subtreeHash((block) => leaves.get(block) ?? [])
  }

  async #readRoots(blocks: number): Promise<void> {
    const known = this.#index.blocks.length
    if (known >= blocks) return
    const roots = await this.#journal.blockRoots(known)
    // Another call may have come in between and appended some of them.
    for (const root of roots.slice(this.#index.blocks.length - known)) this.#index.appendBlock(root)
  }

  /** So many leaves of a block, or more: what was read once stays as it is. */
  async #leavesOf(block: number, needed: number): Promise<readonly Uint8Array[]> {
    const known = this.#blocks.get(block)
    if (known !== undefined && known.length >= needed) return known
    const leaves = await this.#journal.leafHashes(block)
    this.#blocks.delete(block)
    this.#blocks.set(block, leaves)
    const [oldest] = this.#blocks.size > blocksKept ? this.#blocks.keys() : []
    if (oldest !== undefined) this.#blocks.delete(oldest)
    return leaves
  }
}

function entryFrom(index: number, bytes: Uint8Array): LedgerEntry {
  const decoded = decodeCanonical(bytes)
  // Its form was checked when it was written, and its checksum when it was read.
  if (decoded.ok) return decoded.value as unknown as LedgerEntry
  throw lost(index, `entry ${index} is not canonical: ${decoded.reason}`)
}

function lost(index: number | null, what: string): VcpError {
  return new VcpError('JOURNAL_CORRUPT', {
    message: `the journal cannot be trusted: ${what}`,
    details: { index },
  })
}
