import { bytesToHex } from '@noble/hashes/utils.js'
import { type Digest, sha256 } from '@vcp/protocol'
import type { OutputStream } from '../wasi/provider.ts'
import { type CheckpointState, type Final, globalText } from './checkpoint.ts'
import { type Machine, memoryPages } from './machine.ts'
import { createMemoryWatch } from './memory-watch.ts'
import { createOutputDigest } from './output-digest.ts'
import type { PageTools } from './page-tools.ts'
import { encodeResults } from './values.ts'

/** Takes the state of a machine, again and again; each time only what changed is hashed. */
export type Capture = (
  machine: Machine,
  at: { readonly index: number; readonly gas: number; readonly final: Final | null },
) => CheckpointState

export function createCapture(pageTools: PageTools): Capture {
  const watch = createMemoryWatch(pageTools)
  const digests = { stdout: createOutputDigest(), stderr: createOutputDigest() }

  return ({ guest, session }, { index, gas, final }) => {
    const buffer = guest.memory?.buffer ?? new ArrayBuffer(0)
    const position = session.position()
    const output = (stream: OutputStream) => {
      const written = session.written(stream)
      return { bytes: written.length, digest: digests[stream].of(written) }
    }
    const control = guest.control === null ? null : globalText(guest.control)
    const results = final === null || final.results === null ? null : encodeResults(final.results)
    return {
      index,
      gas,
      ending: final?.ending ?? null,
      results: results === null ? null : sha256(results),
      globals: guest.globals.map(globalText),
      memory: {
        pages: memoryPages(guest),
        root: bytesToHex(watch.root(buffer)) as Digest,
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
