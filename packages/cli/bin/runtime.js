// Finds a Node new enough for vcp. Plain JavaScript that any Node since 14 can read, because it is
// what an old Node runs first.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { isatty } from 'node:tty'

const OLDEST = [22, 19]

/** Whether a version string such as `24.21.0` is new enough to run vcp as it is. */
export function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}

/** The Node to use: the one that is running, else the one that came with the package, else null. */
export function findRuntime(version = process.versions.node) {
  if (isNewEnough(version)) return process.execPath
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  try {
    const home = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
    const file = join(home, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(file) ? file : null
  } catch {
    return null
  }
}

/** As `findRuntime`, but says what to do and exits when there is none. */
export function runtime() {
  const found = findRuntime()
  if (found !== null) return found
  process.stderr.write(
    `vcp needs Node ${OLDEST.join('.')} or newer; this is ${process.versions.node}, and there ` +
      `is no bundled Node for ${process.platform}-${process.arch}.\n` +
      'Do this: install Node 24 (https://nodejs.org), or reinstall without --omit=optional.\n',
  )
  process.exit(3)
}

/** Runs a program in the place of this one: same streams, same signals, same exit code. */
export function spawnInPlace(file, args) {
  const child = spawn(file, args, { stdio: 'inherit' })
  // A terminal sends Ctrl-C to both; the child decides what it means, and we wait for it.
  const hasTerminal = [0, 1, 2].some(isatty)
  const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']
  for (const signal of forwarded) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !hasTerminal) child.kill(signal)
    })
  }
  child.on('error', (error) => {
    process.stderr.write(`vcp could not start ${file}: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    process.exit(code === null ? 128 + (constants.signals[signal] || 0) : code)
  })
}
