// Some tests need a program that npm does not have. Where there is none, Debian's is installed if
// it can be had; else we go on, and those tests say that they are skipped.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runCommand } from './command.ts'

export interface Needed {
  /** What it is to the tests. */
  readonly what: string
  /** Any of these will do. */
  readonly programs: readonly string[]
  /** What Debian calls it. */
  readonly debian: string
  /** What its lack means. */
  readonly without: string
}

export async function installNeeded({ what, programs, debian, without }: Needed): Promise<void> {
  const found = programs.find(isOnPath)
  if (found !== undefined) return console.log(`${what}: ${found}`)
  if (!isOnPath('apt-get') || process.getuid?.() !== 0) {
    return console.log(`${what}: NONE, and it cannot be installed here: ${without}`)
  }
  console.log(`${what}: none; installing ${debian} with apt-get`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', debian],
  ]) {
    const ran = await runCommand('apt-get', args, { env, output: 'kept', timeoutMinutes: 10 })
    if (ran.exitCode === 0) continue
    console.log(`${ran.output}\n${what}: INSTALLING FAILED (above): ${without}`)
    return
  }
}

function isOnPath(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.some((folder) => existsSync(join(folder, program)))
}
