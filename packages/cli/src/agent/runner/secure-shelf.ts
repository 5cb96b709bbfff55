// Where the update of a secure round lies until it is hidden. Nobody is told its name, and nobody
// can work the name out: what is kept begins with chance. It is taken off for good before its words
// leave, so that no update is hidden twice; another round is given another one, and it is paid for.
import type { BlobStore } from '@vcp/mesh'
import { cidOfDigest, type Digest, sha256, type TaskId } from '@vcp/protocol'
import type { UpdateShelf } from '../../engines/trainer.ts'
import type { Kept } from '../kept/kept.ts'
import { holderOf } from './run-task.ts'

export interface SecureShelf extends UpdateShelf {
  /** The bytes that lie there; gone from here on, for whoever starts after a crash as well. */
  take(digest: Digest): Promise<Uint8Array>
  /** Words under masks: for everybody to fetch who knows their name. */
  show(words: Uint8Array): Promise<Digest>
}

export interface SecureShelfParts {
  readonly store: Pick<BlobStore, 'manifest' | 'read' | 'remove' | 'put' | 'pin' | 'unpin'>
  readonly kept: Pick<Kept, 'hold' | 'holds' | 'release'>
  readonly randomBytes: (count: number) => Uint8Array
}

const saltBytes = 32

export function secureShelf(parts: SecureShelfParts, taskId: TaskId): SecureShelf {
  const { store, kept, randomBytes } = parts
  const holder = holderOf(taskId)

  async function clear(): Promise<void> {
    for (const cid of kept.holds(taskId)) {
      await store.unpin(cid, holder)
      await store.remove(cid)
    }
    kept.release(taskId)
  }

  async function keep(bytes: Uint8Array): Promise<Digest> {
    const digest = sha256(bytes)
    const cid = cidOfDigest(digest)
    await kept.hold(taskId, cid)
    await store.put([bytes], { shape: 'whole' })
    await store.pin(cid, holder)
    return digest
  }

  return {
    // Not where it is only in the store: a power cut brings back what was removed of late. What is
    // held is written with the hold of the words, before those leave.
    async has(digest) {
      const cid = cidOfDigest(digest)
      return kept.holds(taskId).includes(cid) && (await store.manifest(cid)) !== null
    },
    async put(update) {
      await clear()
      return keep(Buffer.concat([randomBytes(saltBytes), update]))
    },
    async take(digest) {
      const parts: Uint8Array[] = []
      for await (const part of store.read(cidOfDigest(digest))) parts.push(part)
      await clear()
      return Buffer.concat(parts).subarray(saltBytes)
    },
    show: keep,
  }
}
