// What goes over the counter by HTTP: a blob in under its name, a blob out, whole or in part.
import { Readable } from 'node:stream'
import {
  type Cid,
  type Outcome,
  pass,
  readCid,
  refuse,
  type TaskSpec,
  VcpError,
} from '@vcp/protocol'
import type { BlobKeeper } from '../http/ports.ts'
import type { Blobs } from './blobs.ts'

export interface BlobCounter extends BlobKeeper {
  /** The bytes of a task by itself, and of the blobs that it names and that are here. */
  payloadBytes(spec: TaskSpec, ownBytes: number): number
}

export function createBlobCounter({
  store,
  bytesMax,
}: Pick<Blobs, 'store' | 'bytesMax'>): BlobCounter {
  return {
    async put(cid, bytes) {
      const parts = readCid(cid)
      if (!parts.ok) return parts
      const known = await store.manifest(cid)
      if (known !== null) {
        bytes.resume()
        return pass(known.bytes)
      }
      // A name of codec `dag-pb` is that of a tree, as IPFS has files; any other is a digest.
      const shape = parts.value.codec === 'dag-pb' ? 'tree' : 'whole'
      try {
        await store.put(bytes, { shape, cid, bytesMax })
        return pass(store.bytesOf(cid) ?? 0)
      } catch (error) {
        return refusalOf(error)
      }
    },

    async small(cid, bytesMax) {
      const bytes = store.bytesOf(cid)
      if (bytes === null || bytes > bytesMax) return null
      try {
        const chunks: Uint8Array[] = []
        for await (const chunk of store.read(cid)) chunks.push(chunk)
        return Buffer.concat(chunks)
      } catch (error) {
        // It went between the one and the other: it is as if it had not been here.
        if (error instanceof VcpError && error.code === 'NOT_FOUND') return null
        throw error
      }
    },

    async get(cid, range) {
      const manifest = await store.manifest(cid)
      if (manifest === null) return refuse('NOT_FOUND', `there is no blob ${cid} here`)
      const { bytes: total } = manifest
      const from = range?.from ?? 0
      if (from > total) return refuse('INVALID', `the blob has ${total} bytes, less than ${from}`)
      const to = Math.min(total - 1, range?.to ?? total - 1)
      const length = to - from + 1
      const bytes = Readable.from(store.read(cid, { offset: from, length }))
      return pass({ bytes, from, length, total })
    },

    payloadBytes(spec, ownBytes) {
      const named = cidsIn(spec)
      let sum = ownBytes
      for (const cid of new Set(named)) sum += store.bytesOf(cid) ?? 0
      return sum
    },
  }
}

const cidCharacters = 59
const cidForm = /\bb[a-z2-7]{58}\b/g

/** Any text of this form may name a blob; one that names none of ours adds nothing. */
function cidsIn(spec: TaskSpec): readonly Cid[] {
  const found: Cid[] = []
  const look = (text: string) => {
    if (text.length >= cidCharacters) found.push(...((text.match(cidForm) ?? []) as Cid[]))
  }
  const walk = (value: unknown) => {
    if (typeof value === 'string') look(value)
    else if (Array.isArray(value)) value.forEach(walk)
    else if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        look(key)
        walk(member)
      }
    }
  }
  walk(spec)
  return found
}

function refusalOf(error: unknown): Outcome<never> {
  if (error instanceof VcpError) {
    const { code, message } = error
    if (code === 'BLOB_CORRUPT') {
      return refuse('INVALID', 'the bytes are not those that the CID names')
    }
    // To whoever uploads it is one: there is no room for it here.
    if (code === 'STORE_FULL' || code === 'DISK_FULL') return refuse('DISK_FULL', message)
    if (code === 'TOO_LARGE') return refuse(code, message)
    throw error
  }
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET') {
    throw new VcpError('REQUEST_MALFORMED', { message: 'the body breaks off', cause: error })
  }
  throw error
}
