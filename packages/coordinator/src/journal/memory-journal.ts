// The journal in memory, on a disk that fails when it is told to: for simulations and tests. A disk
// outlives the journals that are opened on it, as a real one outlives processes.
import { blockLeaves, VcpError } from '@vcp/protocol'
import { checksumOf, corrupt, verifyRow } from './checksum.ts'
import type { Journal, JournalEntry, Snapshot, SnapshotKind } from './journal.ts'
import { growLeaves, type LeafBlockRow, splitHashes } from './leaf-blocks.ts'

/**
 * How an append goes wrong. `full`: there is no room, nothing is stored. `failed`: the caller is
 * told that it failed, and the first `kept` entries are there all the same when the journal is
 * opened again: none where writing failed, some where it was torn, all where only the
 * acknowledgement was lost.
 */
export type AppendFault =
  | { readonly kind: 'full' }
  | { readonly kind: 'failed'; readonly kept: number }

export interface MemoryDiskOptions {
  /** Asked before each append. A simulation answers from its seed. */
  readonly faultOf?: (append: {
    readonly first: number
    readonly count: number
  }) => AppendFault | null
  /** Whether there is no room, asked before anything is written. */
  readonly isFull?: () => boolean
  /** Between writing and acknowledging; a crash in the meantime loses what was written. */
  readonly sync?: () => Promise<void>
}

export interface MemoryDisk {
  /** Opens the journal anew and fences whoever had it open. */
  open(): Promise<Journal>
  /** The process dies: of the append in flight `kept` entries remain, all else is as it was. */
  crash(kept?: number): void
  /** Flips a bit of a stored entry. */
  damage(index: number): void
  /** Flips a bit of the newest snapshot of a kind. */
  damageSnapshot(kind: SnapshotKind): void
  /** Takes a stored entry away. */
  remove(index: number): void
}

interface StoredRow {
  readonly bytes: Uint8Array
  readonly checksum: number
}

/** What is on the disk, shared by all who open it. */
interface Platters {
  epoch: number
  size: number
  first: number
  /** Grows with every crash: a journal opened in an earlier life is dead. */
  life: number
  readonly entries: Map<number, StoredRow>
  readonly blocks: LeafBlockRow[]
  readonly snapshots: Map<SnapshotKind, Snapshot & { readonly checksum: number }>
  open: readonly Uint8Array[]
  /** The append that is written and not yet acknowledged. */
  inFlight: readonly Uint8Array[]
}

export function createMemoryDisk(options: MemoryDiskOptions = {}): MemoryDisk {
  const disk: Platters = {
    epoch: 0,
    size: 0,
    first: 0,
    life: 0,
    entries: new Map(),
    blocks: [],
    snapshots: new Map(),
    open: [],
    inFlight: [],
  }
  return {
    async open() {
      disk.epoch += 1
      return new MemoryJournal(disk, options)
    },
    crash(kept = 0) {
      store(disk, disk.inFlight.slice(0, kept))
      disk.life += 1
    },
    damage(index) {
      const row = disk.entries.get(index)
      if (row === undefined) throw new RangeError(`there is no entry ${index} to damage`)
      const bytes = row.bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte))
      disk.entries.set(index, { ...row, bytes })
    },
    damageSnapshot(kind) {
      const row = disk.snapshots.get(kind)
      if (row === undefined) throw new RangeError(`there is no snapshot of the ${kind} to damage`)
      const bytes = row.bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte))
      disk.snapshots.set(kind, { ...row, bytes })
    },
    remove(index) {
      disk.entries.delete(index)
    },
  }
}

function store(disk: Platters, batch: readonly Uint8Array[]): void {
  const growth = growLeaves(disk.open, disk.size, batch)
  batch.forEach((bytes, i) => {
    const index = disk.size + i
    disk.entries.set(index, { bytes, checksum: checksumOf(index, bytes) })
  })
  disk.blocks.push(...growth.blocks)
  disk.open = growth.open
  disk.size += batch.length
  disk.inFlight = []
}

const pageEntries = 1_000

class MemoryJournal implements Journal {
  readonly epoch: number
  #size: number
  #first: number
  #broken: VcpError | null = null
  readonly #life: number
  readonly #disk: Platters
  readonly #options: MemoryDiskOptions

  constructor(disk: Platters, options: MemoryDiskOptions) {
    this.epoch = disk.epoch
    this.#size = disk.size
    this.#first = disk.first
    this.#life = disk.life
    this.#disk = disk
    this.#options = options
  }

  get size(): number {
    return this.#size
  }

  get first(): number {
    return this.#first
  }

  async append(first: number, batch: readonly Uint8Array[]): Promise<void> {
    if (first !== this.#size) {
      throw new RangeError(`an append at ${first} to a journal of ${this.#size} entries`)
    }
    this.#checkAlive()
    this.#checkEpoch()
    if (batch.length === 0) return
    this.#checkRoom()
    const fault = this.#options.faultOf?.({ first, count: batch.length }) ?? null
    if (fault?.kind === 'full') throw new VcpError('DISK_FULL')
    if (fault?.kind === 'failed') {
      store(this.#disk, batch.slice(0, fault.kept))
      throw this.#breakDown('the disk failed')
    }
    // Its own copies: what a caller does with its bytes later must not reach the disk.
    const written = batch.map((bytes) => Uint8Array.from(bytes))
    this.#disk.inFlight = written
    await this.#options.sync?.()
    this.#checkAlive()
    this.#checkEpoch()
    store(this.#disk, written)
    this.#size += batch.length
  }

  async *read(from: number, to: number = this.#size): AsyncGenerator<readonly JournalEntry[]> {
    if (from < this.#first || to > this.#size) {
      const held = `${this.#first} to ${this.#size}`
      throw new RangeError(`entries ${from} to ${to} of a journal that holds ${held}`)
    }
    for (let next = from; next < to; next += pageEntries) {
      this.#checkAlive()
      const length = Math.min(to - next, pageEntries)
      yield Array.from({ length }, (_, i) => this.#entry(next + i))
    }
  }

  async blockRoots(fromBlock: number): Promise<readonly Uint8Array[]> {
    this.#checkAlive()
    const toBlock = Math.floor(this.#size / blockLeaves)
    return this.#disk.blocks.slice(fromBlock, toBlock).map(({ root }) => root)
  }

  async leafHashes(block: number): Promise<readonly Uint8Array[]> {
    this.#checkAlive()
    const row = this.#disk.blocks[block]
    return row === undefined ? this.#disk.open : splitHashes(row.hashes)
  }

  async saveSnapshot(kind: SnapshotKind, { size, bytes }: Snapshot): Promise<void> {
    this.#checkAlive()
    this.#checkEpoch()
    this.#checkRoom()
    const copy = Uint8Array.from(bytes)
    this.#disk.snapshots.set(kind, { size, bytes: copy, checksum: checksumOf(size, copy) })
  }

  async newestSnapshot(kind: SnapshotKind): Promise<Snapshot | null> {
    this.#checkAlive()
    const row = this.#disk.snapshots.get(kind)
    if (row === undefined) return null
    verifyRow(`the snapshot of the ${kind}`, row.size, row.bytes, row.checksum)
    return { size: row.size, bytes: row.bytes }
  }

  async prune(before: number): Promise<void> {
    this.#checkAlive()
    this.#checkEpoch()
    const cut = Math.floor(Math.min(before, this.#size) / blockLeaves) * blockLeaves
    for (let index = this.#first; index < cut; index++) this.#disk.entries.delete(index)
    this.#first = Math.max(this.#first, cut)
    this.#disk.first = this.#first
  }

  async close(): Promise<void> {
    this.#breakDown('the journal is closed')
  }

  #entry(index: number): JournalEntry {
    const row = this.#disk.entries.get(index)
    if (row === undefined) throw corrupt(index, `entry ${index} is missing`)
    verifyRow(`entry ${index}`, index, row.bytes, row.checksum)
    return { index, bytes: row.bytes }
  }

  #checkAlive(): void {
    if (this.#broken !== null) throw this.#broken
    if (this.#disk.life !== this.#life) throw this.#breakDown('the process has crashed')
  }

  #checkRoom(): void {
    if (this.#options.isFull?.() === true) throw new VcpError('DISK_FULL')
  }

  #checkEpoch(): void {
    if (this.#disk.epoch === this.epoch) return
    this.#broken = new VcpError('JOURNAL_FENCED', {
      message: `epoch ${this.epoch} does not write this journal any more`,
      details: { epoch: this.epoch },
    })
    throw this.#broken
  }

  #breakDown(message: string): VcpError {
    this.#broken ??= new VcpError('JOURNAL_FAILED', { message })
    return this.#broken
  }
}
