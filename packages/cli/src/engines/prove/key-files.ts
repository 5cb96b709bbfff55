// Proving keys as files: provers take nothing else. A key stays on disk while the node runs, so
// that many tasks of one circuit write it once; what was not used for longest goes first.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cid } from '@vcp/protocol'

export interface KeyFiles {
  /** Calls `use` with the file of the key, which is there until it resolves. */
  with<Result>(cid: Cid, bytes: Uint8Array, use: (file: string) => Promise<Result>): Promise<Result>
}

interface Held {
  readonly file: string
  readonly bytes: number
  readonly written: Promise<void>
  users: number
}

/** Keeps up to so many bytes in the folder, which is nobody else's; whose it is removes it. */
export function createKeyFiles(folder: string, bytesMax: number): KeyFiles {
  const held = new Map<Cid, Held>()
  let files = 0

  async function write(file: string, bytes: Uint8Array): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(file, bytes, { mode: 0o600 })
  }

  function hold(cid: Cid, bytes: Uint8Array): Held {
    // A name is used once: what is removed is never a file that was written since.
    const file = join(folder, `${files++}.zkey`)
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
      const key = hold(cid, bytes)
      try {
        await key.written
        return await use(key.file)
      } catch (error) {
        // Whatever it is: the file may not be whole.
        if (held.get(cid) === key) held.delete(cid)
        throw error
      } finally {
        key.users -= 1
        if (key.users === 0 && held.get(cid) !== key) {
          await rm(key.file, { force: true }).catch(() => {
            // It goes with the folder; what went wrong before is what counts.
          })
        }
        await makeRoom()
      }
    },
  }
}
