import { bytesToHex } from '@noble/hashes/utils.js'
import { type Digest, sha256 } from '@vcp/protocol'
import type { IoPosition } from '../wasi/overlay.ts'
import type { OutputStream } from '../wasi/provider.ts'
import { type CheckpointState, type Final, globalText, type NumberHolder } from './checkpoint.ts'
import { pageBytes } from './memory-tree.ts'
import { createMemoryWatch } from './memory-watch.ts'
import { createOutputDigest } from './output-digest.ts'
import type { PageTools } from './page-tools.ts'
import { encodeResults } from './values.ts'

/** What a checkpoint shows of a machine. */
export interface Captured {
  /** The mutable globals of the original. */
  readonly globals: readonly NumberHolder[]
  /** The digest of the control flow; null where the module keeps none. */
  readonly control: NumberHolder | null
  /** The guest's memory; empty where it has none. */
  readonly memory: Uint8Array
  readonly position: IoPosition
  written(stream: OutputStream): Uint8Array
}

/** Takes the state of a machine, again and again; each time only what changed is hashed. */
export type Capture = (
  machine: Captured,
  at: { readonly index: number; readonly gas: number; readonly final: Final | null },
) => CheckpointState

export function createCapture(pageTools: PageTools): Capture {
  const watch = createMemoryWatch(pageTools)
  const digests = { stdout: createOutputDigest(), stderr: createOutputDigest() }

  return (machine, { index, gas, final }) => {
    const { memory, position, globals } = machine
    const output = (stream: OutputStream) => {
      const written = machine.written(stream)
      return { bytes: written.length, digest: digests[stream].of(written) }
    }
    const control = machine.control === null ? null : globalText(machine.control)
    const results = final === null || final.results === null ? null : encodeResults(final.results)
    return {
      index,
      gas,
      ending: final?.ending ?? null,
      results: results === null ? null : sha256(results),
      globals: globals.map(globalText),
      memory: {
        pages: memory.length / pageBytes,
        root: bytesToHex(watch.root(memory)) as Digest,
      },
      control,
      io: {
        stdin_bytes: position.stdinBytes,
        random_bytes: position.randomBytes,
        descriptors: position.descriptors,
        stdout: output('stdout'),
        stderr: output('stderr'),
      },
    }
  }
}
