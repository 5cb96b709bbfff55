import type { Cid } from '@vcp/protocol'
import type { Backing, Draft } from './backing.ts'
import type { Manifest } from './manifest.ts'
import { notHere } from './reading.ts'

interface Kept {
  readonly bytes: Uint8Array
  readonly manifest: Manifest
}

/** Keeps blobs in memory: for tests, and for programs that keep few and small ones. */
export function createMemoryBacking(): Backing {
  const kept = new Map<Cid, Kept>()
  const drafts = new Map<string, Uint8Array>()

  function keptAs(cid: Cid): Kept {
    const found = kept.get(cid)
    if (found === undefined) throw notHere(cid)
    return found
  }

  return {
    smallBytesMax: 0,
    load: async () => ({ blobs: [], drafts: [] }),
    draft: async (name) => draftIn(drafts, name, (cid, blob) => void kept.set(cid, blob)),
    dropDraft: async (name) => void drafts.delete(name),
    manifest: async (cid) => keptAs(cid).manifest,
    async open(cid) {
      const { bytes } = keptAs(cid)
      return {
        readAt: async (offset, length) => bytes.subarray(offset, offset + length),
        close: async () => undefined,
      }
    },
    fileOf: () => null,
    drop: async (cid) => void kept.delete(cid),
    setHolders: async () => undefined,
    touch: () => undefined,
  }
}

function draftIn(
  drafts: Map<string, Uint8Array>,
  name: string,
  keep: (cid: Cid, blob: Kept) => void,
): Draft {
  let bytes = drafts.get(name) ?? new Uint8Array()
  return {
    bytes: bytes.length,
    async write(offset, chunk) {
      const end = offset + chunk.length
      if (end > bytes.length) {
        const grown = new Uint8Array(end)
        grown.set(bytes)
        bytes = grown
      }
      bytes.set(chunk, offset)
      drafts.set(name, bytes)
    },
    readAt: async (offset, length) => bytes.slice(offset, offset + length),
    async keep(cid, manifest) {
      drafts.delete(name)
      keep(cid, { bytes: bytes.slice(0, manifest.bytes), manifest })
    },
    close: async () => undefined,
  }
}
