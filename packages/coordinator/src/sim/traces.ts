// Traces of simulated runs: trees of full depth whose last leaf fills all places after it, as real
// ones do, so that a tree costs no more than the few leaves that it really has. A false trace goes
// along with the true one until it parts from it.
import { bytesToHex } from '@noble/hashes/utils.js'
import {
  type Digest,
  digestOf,
  type HashesBelow,
  leafHash,
  nodeHash,
  traceDepth,
} from '@vcp/protocol'

export interface Trace {
  readonly root: Digest
  below(level: number, index: number): HashesBelow
  leaf(index: number): Digest
}

/** Programs that the simulated tasks run; each has a trace of its own. */
export const programs = 8

/** `lie` tells one falsifier from another; null for a run that went as it should. */
export function traceOf(program: number, lie: { name: string; from: number } | null): Trace {
  const key = lie === null ? `${program}` : `${program} ${lie.name} ${lie.from}`
  const known = traces.get(key)
  if (known !== undefined) return known
  const length = leavesOf(program)
  const leaves: Uint8Array[] = []
  for (let index = 0; index < length; index++) {
    const isFalse = lie !== null && index >= Math.min(lie.from, length - 1)
    leaves.push(leafOf(program, index, isFalse ? lie.name : null))
  }
  const made = treeOver(leaves)
  traces.set(key, made)
  return made
}

/** A pure function's results: what was worked out for one seed serves the next. */
const traces = new Map<string, Trace>()

function leavesOf(program: number): number {
  return 1 + ((program * 5) % 31)
}

function leafOf(program: number, index: number, lie: string | null): Uint8Array {
  return Uint8Array.from(Buffer.from(digestOf('sim/leaf', [program, index, lie]), 'hex'))
}

function treeOver(leaves: readonly Uint8Array[]): Trace {
  let hashes = leaves.map((leaf) => leafHash(leaf))
  const levels = [hashes]
  for (let level = 1; level <= traceDepth; level++) {
    const last = hashes.at(-1)!
    const above: Uint8Array[] = []
    for (let at = 0; at < hashes.length; at += 2) {
      above.push(nodeHash(hashes[at]!, hashes[at + 1] ?? last))
    }
    // The last of a level stands for all places after it; of an odd number it already does.
    if (hashes.length % 2 === 0) above.push(nodeHash(last, last))
    hashes = above
    levels.push(hashes)
  }
  const at = (level: number, index: number) => {
    const hashesOf = levels[level]!
    return bytesToHex(hashesOf[Math.min(index, hashesOf.length - 1)]!) as Digest
  }
  return {
    root: at(traceDepth, 0),
    below: (level, index) => [at(level - 1, 2 * index), at(level - 1, 2 * index + 1)],
    leaf: (index) => bytesToHex(leaves[Math.min(index, leaves.length - 1)]!) as Digest,
  }
}
