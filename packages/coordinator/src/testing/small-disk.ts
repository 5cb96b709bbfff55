// A file system of a test's own that can be filled. Only root may mount one.
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Why no file system can be mounted here; null where it can. */
export const mountFault = tryToMount()

export interface SmallDisk {
  readonly folder: string
  /** Leaves no byte free. */
  fill(): void
  /** Makes room again. */
  clear(): void
}

/** An empty disk of one megabyte that is gone when the test ends. */
export function smallDisk(): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'vcp-disk-'))
  mount(folder)
  onTestFinished(() => {
    execFileSync('umount', [folder], { stdio: 'pipe' })
    rmdirSync(folder)
  })
  const filler = join(folder, 'filler')
  return {
    folder,
    fill() {
      const file = openSync(filler, 'wx')
      try {
        for (;;) writeSync(file, new Uint8Array(4_096))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        closeSync(file)
      }
    },
    clear: () => rmSync(filler),
  }
}

function tryToMount(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'vcp-mount-'))
  try {
    mount(folder)
    execFileSync('umount', [folder], { stdio: 'pipe' })
    return null
  } catch (error) {
    const fault = `no file system can be mounted here: ${(error as Error).message.trim()}`
    process.stderr.write(`tests of the journal on a full disk are skipped: ${fault}\n`)
    return fault
  } finally {
    rmdirSync(folder)
  }
}

function mount(folder: string): void {
  const options = ['-t', 'tmpfs', '-o', 'size=1m,mode=700', 'tmpfs', folder]
  execFileSync('mount', options, { stdio: 'pipe' })
}
