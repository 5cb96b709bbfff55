// Proving keys as files: provers take nothing else. A key stays on disk while the node runs, so
// that many tasks of one circuit write it once; what was not used for longest goes first.
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cid } from '@vcp/protocol'

export interface KeyFiles {
  /** Calls `use` with the file of the key, which is there until it resolves. */
  with<Result>(cid: Cid, bytes: Uint8Array, use: (file: string) => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

interface Held {
  readonly file: string
  readonly bytes: number
  readonly written: Promise<void>
  users: number
}

export function createKeyFiles(bytesMax: number): KeyFiles {
  const held = new Map<Cid, Held>()
  let folder: Promise<string> | null = null

  async function write(file: string, bytes: Uint8Array): Promise<void> {
    await writeFile(`${file}.part`, bytes, { mode: 0o600 })
    await rename(`${file}.part`, file)
  }

  async function hold(cid: Cid, bytes: Uint8Array): Promise<Held> {
    folder ??= mkdtemp(join(tmpdir(), 'vcp-keys-'))
    const file = join(await folder, `${cid}.zkey`)
    const known = held.get(cid) ?? {
      file,
      bytes: bytes.length,
      written: write(file, bytes),
      users: 0,
    }
    held.delete(cid)
    held.set(cid, known)
    known.users += 1
    return known
  }

  async function makeRoom(): Promise<void> {
    let total = [...held.values()].reduce((sum, { bytes }) => sum + bytes, 0)
    for (const [cid, { file, bytes, users }] of held) {
      if (total <= bytesMax) return
      if (users > 0) continue
      held.delete(cid)
      total -= bytes
      await rm(file, { force: true })
    }
  }

  return {
    async with(cid, bytes, use) {
      const key = await hold(cid, bytes)
      try {
        await key.written
        return await use(key.file)
      } catch (error) {
        // Whatever it is: the file may not be whole.
        if (held.get(cid) === key) held.delete(cid)
        throw error
      } finally {
        key.users -= 1
        await makeRoom()
      }
    },
    async close() {
      if (folder !== null) await rm(await folder, { recursive: true, force: true })
    },
  }
}
