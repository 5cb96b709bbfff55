import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { heapMb, parentSocket } from './child-terms.ts'
import type { Isolation } from './isolation.ts'
import type { ChildProgram } from './program.ts'

/**
 * Starts a child in a process group of its own, with nothing of ours: no environment, no input, no
 * file but its program. It is to be ended by `killGroup`.
 */
export function launch({ folder }: ChildProgram, { prefix }: Isolation): ChildProcess {
  const [file, ...args] = [...prefix, process.execPath, ...nodeFlags(folder)]
  return spawn(file!, [...args, join(folder, 'child-main.mjs')], {
    // Not `/`: Node 24 lets a worker thread read everything below the folder it was started in.
    cwd: folder,
    env: {},
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', ...socketAt(parentSocket)],
  })
}

/** Ends the child and whatever it may have started; also to be called when it has ended itself. */
export function killGroup(child: ChildProcess): void {
  const { pid } = child
  if (pid === undefined) return
  if (process.platform === 'win32') {
    child.kill('SIGKILL')
    return
  }
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // ESRCH: nobody is left of the group.
  }
}

/** No flag of V8's but for the heap: most make it throw its snapshot away, 30 ms at each start. */
function nodeFlags(folder: string): string[] {
  return [
    '--permission',
    `--allow-fs-read=${folder}/*`,
    '--allow-worker',
    // It warns of code in workers, which here is ours; that the rest holds there too is tested.
    '--disable-warning=PERM0006',
    '--no-addons',
    `--max-old-space-size=${heapMb}`,
  ]
}

function socketAt(descriptor: number): 'pipe'[] {
  return Array.from({ length: descriptor - 2 }, () => 'pipe' as const)
}
