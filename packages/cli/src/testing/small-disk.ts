// File systems of a test's own: one that is full, one that cannot be written. Only root may mount.
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmdirSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './host.ts'

/** Why no file system can be mounted here; null where it can. */
export const mountFault = tryToMount()

/** An empty disk of 64 KiB that is gone when the test ends. */
export function smallDisk(): string {
  const folder = temporaryFolder()
  mount(folder, 'size=64k,mode=700')
  onTestFinished(() => unmount(folder))
  return folder
}

/** Leaves no byte free. */
export function fill(disk: string): void {
  const file = openSync(join(disk, 'filler'), 'wx')
  try {
    for (;;) writeSync(file, new Uint8Array(4_096))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(file)
  }
}

export function makeReadOnly(disk: string): void {
  execFileSync('mount', ['-o', 'remount,ro', disk])
}

function tryToMount(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'vcp-mount-'))
  try {
    mount(folder, 'size=64k')
    unmount(folder)
    return null
  } catch (error) {
    const fault = `no file system can be mounted here: ${(error as Error).message.trim()}`
    process.stderr.write(`tests on a full and on a read-only disk are skipped: ${fault}\n`)
    return fault
  } finally {
    rmdirSync(folder)
  }
}

function mount(folder: string, options: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' })
}

function unmount(folder: string): void {
  execFileSync('umount', [folder], { stdio: 'pipe' })
}
