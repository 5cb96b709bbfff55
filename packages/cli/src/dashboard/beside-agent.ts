// The dashboard of an agent that runs in this process, as a process of its own on the same
// terminal: what it takes and whether it fails is nothing to the agent.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Beside {
  /** Resolves when it is gone and the terminal is as it was. */
  readonly left: Promise<Left>
  /** Ends it; the agent ends. */
  end(): void
}

/** `interrupted`: somebody pressed Ctrl-C there. `failed`: it has said why. */
export type Left = 'left' | 'interrupted' | 'failed'

export function showBeside(dataDir: string): Beside {
  const main = fileURLToPath(new URL(isSource ? '../main.ts' : '../main.js', import.meta.url))
  const argv = [...process.execArgv, ...flags, main, 'dashboard', '--data-dir', dataDir]
  const child = spawn(process.execPath, argv, {
    // The channel carries nothing: that it breaks tells the dashboard that we are gone.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  return { left: untilLeft(child), end: () => void child.kill('SIGTERM') }
}

const isSource = import.meta.url.endsWith('.ts')
/** As bin/vcp.js has it for a dashboard. */
const flags = ['--semi-space-growth-factor=1', '--no-opt', '--no-sparkplug']

function untilLeft(child: ChildProcess): Promise<Left> {
  return new Promise((resolve) => {
    child.once('error', () => resolve('failed'))
    child.once('exit', (code, signal) => {
      // Ended by Ctrl-C, as programs end of it.
      if (signal === 'SIGINT' || code === 130) return resolve('interrupted')
      if (signal !== null) restoreTerminal()
      resolve(code === 0 ? 'left' : 'failed')
    })
  })
}

/** What was killed cannot clean up: the first screen, a cursor, keys that are shown again. */
function restoreTerminal(): void {
  process.stdout.write('\x1b[?1049l\x1b[?25h')
  spawnSync('stty', ['sane'], { stdio: ['inherit', 'ignore', 'ignore'] })
}
