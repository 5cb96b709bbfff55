// The Merkle tree over the state of a machine, kept from one look to the next: a page that did not
// change since is neither copied nor hashed again. A look at the state is a snapshot as well, for
// pages are kept as they were, and shared by all snapshots that have them.
import type { Digest } from '@vcp/protocol'
import { nodeHash } from '@vcp/protocol'
import { allocate } from '../host-fault.ts'
import { pageBytes as guestPageBytes } from '../run/memory-tree.ts'
import { type PageTools, portablePageTools } from '../run/page-tools.ts'
import { header, statePageBytes, stateStart } from './layout.ts'
import type { StepMachine } from './machine.ts'
import { siblingsOf, stateRoot, stateTreeDepth, zeroHashes } from './page-proof.ts'

interface Leaf {
  readonly bytes: Uint8Array
  readonly hash: Uint8Array
}

/** The pages of a state that are not all zeros. */
export type Snapshot = ReadonlyMap<number, Leaf>

export interface StateTree {
  /** The root of the state as it is now. */
  root(): Digest
  /** The state as it is now, to come back to. */
  snapshot(): Snapshot
  /** Brings the machine back to a state. */
  restore(snapshot: Snapshot): void
  /** Pages of the state as it was last looked at, with the hashes beside their paths. */
  proof(pages: readonly number[]): { readonly pages: Uint8Array[]; readonly siblings: Uint8Array[] }
}

export function createStateTree(
  machine: StepMachine,
  { sha256, isEqual }: PageTools = portablePageTools,
): StateTree {
  const { state, layout } = machine
  const leaves = new Map<number, Leaf>()
  const levels = Array.from({ length: stateTreeDepth + 1 }, () => new Map<number, Uint8Array>())
  const changed = new Set<number>()

  function setLeaf(page: number, leaf: Leaf | undefined): void {
    if (leaf === undefined) leaves.delete(page)
    else leaves.set(page, leaf)
    levels[0]!.set(page, leaf?.hash ?? zeroHashes()[0]!)
    changed.add(page)
  }

  /** Above the highest frame and the guest's last page nothing was ever written. */
  function look(): void {
    const whole = state.bytes()
    const guestEnd = layout.guestAt + state.guestPages * guestPageBytes
    lookAt(whole, stateStart, Math.min(state.word(header.stackHigh), layout.guestAt))
    lookAt(whole, layout.guestAt, Math.min(guestEnd, whole.length))
  }

  function lookAt(whole: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; at += statePageBytes) {
      const page = at / statePageBytes
      const bytes = whole.subarray(at, at + statePageBytes)
      const seen = leaves.get(page)
      if (isEqual(bytes, seen?.bytes ?? zeroPage)) continue
      const copy = allocate(statePageBytes)
      copy.set(bytes)
      setLeaf(page, { bytes: copy, hash: sha256(copy) })
    }
  }

  function hashAt(level: number, index: number): Uint8Array {
    return levels[level]!.get(index) ?? zeroHashes()[level]!
  }

  function rehash(): void {
    let indices: Iterable<number> = changed
    for (let level = 0; level < stateTreeDepth; level++) {
      const parents = new Set<number>()
      for (const index of indices) parents.add(index >>> 1)
      for (const parent of parents) {
        const hash = nodeHash(hashAt(level, parent * 2), hashAt(level, parent * 2 + 1))
        levels[level + 1]!.set(parent, hash)
      }
      indices = parents
    }
    changed.clear()
  }

  return {
    root() {
      look()
      rehash()
      return stateRoot(hashAt(stateTreeDepth, 0))
    },
    snapshot() {
      look()
      return new Map(leaves)
    },
    restore(snapshot) {
      look()
      const whole = state.bytes()
      for (const page of [...leaves.keys()]) {
        if (snapshot.has(page)) continue
        whole.fill(0, page * statePageBytes, (page + 1) * statePageBytes)
        setLeaf(page, undefined)
      }
      for (const [page, leaf] of snapshot) {
        if (leaves.get(page) === leaf) continue
        whole.set(leaf.bytes, page * statePageBytes)
        setLeaf(page, leaf)
      }
    },
    proof(pages) {
      rehash()
      return {
        pages: pages.map((page) => leaves.get(page)?.bytes ?? zeroPage),
        siblings: siblingsOf(pages, hashAt),
      }
    },
  }
}

const zeroPage = new Uint8Array(statePageBytes)
