// A file system of a test's own that can be filled and cleared again. Only root may mount one.
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from '../../testing/host.ts'
import { fill } from '../../testing/small-disk.ts'

export interface FillableDisk {
  readonly folder: string
  /** Leaves no byte free. */
  fill(): void
  clear(): void
}

/** An empty disk of one megabyte that is gone when the test ends. */
export function fillableDisk(): FillableDisk {
  const folder = temporaryFolder()
  const options = ['-t', 'tmpfs', '-o', 'size=1m,mode=700', 'tmpfs', folder]
  execFileSync('mount', options, { stdio: 'pipe' })
  onTestFinished(() => {
    execFileSync('umount', [folder], { stdio: 'pipe' })
  })
  return {
    folder,
    fill: () => fill(folder),
    clear: () => rmSync(join(folder, 'filler')),
  }
}
