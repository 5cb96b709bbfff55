// The disk of the data folder: what a journal waits for, and what blobs are written with. The file
// has no name from the moment it is open, so that nothing is left of it, however this ends.
import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { BenchPlace, Measure, Work } from './measure.ts'

const entryBytes = 4_096
const chunkBytes = 4_000_000
/** Beyond this the file begins anew. */
const fileBytesMax = 64_000_000

export const commits: Measure = {
  name: 'commits',
  about: `writes of ${entryBytes} bytes, each on the disk before the next`,
  unit: 'writes',
  start: (place) => writes(place, entryBytes, 1),
}

export const writing: Measure = {
  name: 'writing',
  about: `writes of ${chunkBytes / 1e6} MB, each on the disk before the next`,
  unit: 'MB',
  start: (place) => writes(place, chunkBytes, chunkBytes / 1e6),
}

async function writes({ folder }: BenchPlace, size: number, worth: number): Promise<Outcome<Work>> {
  const content = randomBytes(size)
  const file = await onDisk(folder, () => nameless(folder))
  if (!file.ok) return file
  let at = 0
  return pass({
    some: () =>
      onDisk(folder, async () => {
        at = at + size > fileBytesMax ? 0 : at
        await file.value.write(content, 0, size, at)
        await file.value.datasync()
        at += size
        return worth
      }),
    end: () => file.value.close(),
  })
}

/** A disk that is full, or that we may not write to, is no fault of ours. */
async function onDisk<Value>(folder: string, act: () => Promise<Value>): Promise<Outcome<Value>> {
  try {
    return pass(await act())
  } catch (error) {
    return refuse('DATA_FOLDER_UNUSABLE', `${folder}: ${(error as Error).message}`)
  }
}

async function nameless(folder: string): Promise<FileHandle> {
  const own = await mkdtemp(join(folder, '.vcp-bench-'))
  try {
    return await open(join(own, 'file'), 'wx', 0o600)
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}
