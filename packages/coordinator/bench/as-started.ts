// Node as `vcp coordinator start` runs the coordinator with it, so that what is measured here is
// what is had there.
import { spawnSync } from 'node:child_process'

export const nodeFlags = ['--max-semi-space-size=64']

/** Runs this program again with the flags, in the place of this run, where it has none. */
export function runAsStarted(): void {
  if (nodeFlags.every((flag) => process.execArgv.includes(flag))) return
  const words = [...nodeFlags, ...process.execArgv, ...process.argv.slice(1)]
  const { status } = spawnSync(process.execPath, words, { stdio: 'inherit' })
  process.exit(status ?? 1)
}
