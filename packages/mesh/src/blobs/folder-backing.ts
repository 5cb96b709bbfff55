// Blobs as files, small ones as rows of a database. What lies in `blobs/` is whole and durable: a
// draft is written elsewhere, flushed, and moved there last. Whatever a crash leaves is a draft, to
// be gone on with or dropped.
import { randomUUID } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { type Cid, readCid } from '@vcp/protocol'
import type { Backing, Draft, Loaded, OpenBlob } from './backing.ts'
import type { Manifest } from './manifest.ts'
import { createOpenFiles } from './open-files.ts'
import { notHere } from './reading.ts'
import { checkHolder } from './shelf.ts'
import { openSmallBlobs, type SmallBlobs, smallBytesMax } from './small-blobs.ts'

/** How exact the order of use is after a restart. */
const touchEveryMs = 60_000

export async function openFolderBacking(folder: string, now: () => number): Promise<Backing> {
  const at = (place: Place, name = '') => join(folder, place, name)
  for (const place of places) await mkdir(at(place), { recursive: true, mode: 0o700 })
  const touchedAtMs = new Map<Cid, number>()
  const smallFile = join(folder, 'small.sqlite')
  const files = createOpenFiles((cid: Cid) => open(at('blobs', cid), 'r').catch(missing))
  let small = (await stat(smallFile).catch(missing)) && openSmallBlobs(smallFile, now)

  async function manifest(cid: Cid): Promise<Manifest> {
    if (small?.has(cid)) return { bytes: small.read(cid).length, leaves: null }
    const found = await stat(at('blobs', cid)).catch(missing)
    if (found === null) throw notHere(cid)
    const leaves = await readFile(at('trees', cid)).catch(missing)
    return { bytes: found.size, leaves }
  }

  return {
    load: () => load(at, small),
    draft: (name) => openDraft(at, name),
    dropDraft: (name) => rm(at('drafts', name), { force: true }),
    manifest,
    smallBytesMax,
    async keepSmall(blobs) {
      // Not before there is one: many stores never have any.
      if (small === null) {
        small = openSmallBlobs(smallFile, now)
        await flushFolder(folder)
      }
      await small.keep(blobs)
    },
    reclaim: async () => small?.reclaim(),
    async open(cid): Promise<OpenBlob> {
      if (small?.has(cid)) return openBytes(small.read(cid))
      const opened = await files.open(cid)
      if (opened === null) throw notHere(cid)
      return { readAt: readerOf(opened.handle), close: opened.close }
    },
    fileOf: (cid) => (small?.has(cid) ? null : at('blobs', cid)),
    async drop(cid) {
      touchedAtMs.delete(cid)
      if (small?.has(cid)) {
        small.drop(cid)
        await rm(at('holders', cid), { force: true })
        return
      }
      await files.forget(cid)
      // The blob first: a tree without a blob is swept away when the folder is opened.
      for (const place of ['blobs', 'trees', 'holders'] as const) {
        await rm(at(place, cid), { force: true })
      }
    },
    async setHolders(cid, holders) {
      if (holders.length === 0) await rm(at('holders', cid), { force: true })
      else await writeDurably(at('holders', cid), Buffer.from(`${holders.join('\n')}\n`))
      await flushFolder(at('holders'))
    },
    touch(cid) {
      // After a restart the order of small ones is that in which they came.
      if (small?.has(cid)) return
      const nowMs = now()
      if (nowMs - (touchedAtMs.get(cid) ?? 0) < touchEveryMs) return
      touchedAtMs.set(cid, nowMs)
      // A blob that is gone meanwhile has no order of use to keep.
      utimes(at('blobs', cid), nowMs / 1_000, nowMs / 1_000).then(undefined, () => undefined)
    },
  }
}

const places = ['blobs', 'trees', 'holders', 'drafts'] as const
type Place = (typeof places)[number]
type At = (place: Place, name?: string) => string

async function load(at: At, small: SmallBlobs | null): Promise<Loaded> {
  const held = new Set(await readdir(at('holders')))
  const holdersOf = async (cid: Cid) => {
    if (!held.has(cid)) return []
    const text = await readFile(at('holders', cid), 'utf8')
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map(checkHolder)
  }
  const found = []
  for (const { cid, bytes, atMs } of small?.load() ?? []) {
    found.push({ cid, bytes, holders: await holdersOf(cid), mtimeMs: atMs })
  }
  for (const name of await readdir(at('blobs'))) {
    if (!readCid(name).ok) continue
    const cid = name as Cid
    const { size, mtimeMs } = await stat(at('blobs', cid))
    found.push({ cid, bytes: size, holders: await holdersOf(cid), mtimeMs })
  }
  const names = new Set<string>(found.map(({ cid }) => cid))
  for (const place of ['trees', 'holders'] as const) {
    for (const name of await readdir(at(place))) {
      if (!names.has(name)) await rm(at(place, name), { force: true })
    }
  }
  const drafts = []
  for (const name of await readdir(at('drafts'))) {
    // Only a draft that is named for what it will be can be gone on with.
    if (!readCid(name).ok) await rm(at('drafts', name), { force: true })
    else drafts.push({ cid: name as Cid, bytes: (await stat(at('drafts', name))).size })
  }
  return { blobs: found.sort((one, other) => one.mtimeMs - other.mtimeMs), drafts }
}

async function openDraft(at: At, name: string): Promise<Draft> {
  const file = at('drafts', name)
  const found = await open(file, 'r+').catch(missing)
  const handle = found ?? (await open(file, 'wx+', 0o600))
  const { size } = await handle.stat()
  return {
    bytes: size,
    async write(offset, bytes) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, offset + done)
        done += bytesWritten
      }
    },
    readAt: readerOf(handle),
    async keep(cid, { bytes, leaves }) {
      await handle.truncate(bytes)
      await handle.datasync()
      if (leaves !== null) await writeDurably(at('trees', cid), leaves)
      if (leaves !== null) await flushFolder(at('trees'))
      await rename(file, at('blobs', cid))
      await flushFolder(at('blobs'))
    },
    close: () => handle.close(),
  }
}

function openBytes(bytes: Uint8Array): OpenBlob {
  return {
    readAt: async (offset, length) => bytes.subarray(offset, offset + length),
    close: async () => undefined,
  }
}

function readerOf(handle: FileHandle) {
  return async (offset: number, length: number) => {
    const bytes = Buffer.allocUnsafe(length)
    let done = 0
    while (done < length) {
      const { bytesRead } = await handle.read(bytes, done, length - done, offset + done)
      if (bytesRead === 0) break
      done += bytesRead
    }
    return bytes.subarray(0, done)
  }
}

async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  // A name of its own: the same blob may be put twice at once.
  const draft = `${file}.${randomUUID()}`
  const handle = await open(draft, 'w', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(draft, file)
}

/** A rename is durable when the folder that it changed is. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** For `catch`: nothing where there is no such file. */
function missing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}
