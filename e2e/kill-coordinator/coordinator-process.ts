// The real coordinator in a process of its own, to be killed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface CoordinatorProcess {
  /** Resolves once it listens; fails with what it said where it ended before. */
  readonly listens: Promise<{ readonly url: string; readonly setupToken: string | null }>
  /** Ends it where it stands, and resolves when it is gone. */
  kill(): Promise<void>
}

const roomy = ['auth', 'nodes', 'tasks', 'general'].flatMap((name) => [
  '--set',
  `rates.${name}.per_minute=1000000000`,
  '--set',
  `rates.${name}.burst=1000000000`,
])

export function startCoordinator(dataDir: string): CoordinatorProcess {
  const main = fileURLToPath(import.meta.resolve('@vcp/coordinator/main'))
  const conditions = main.endsWith('.ts') ? ['--conditions=source'] : []
  // The state is kept often, so that some of the kills come while it is written.
  const settings = ['--http-port', '0', '--set', 'journal.keep_state_every=1000', ...roomy]
  const child = spawn(process.execPath, [...conditions, main, '--data-dir', dataDir, ...settings], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const gone = once(child, 'close')
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-4_000)
  })
  async function firstLine() {
    for await (const line of createInterface({ input: child.stdout })) {
      const { url, setup_token } = JSON.parse(line)
      return { url: url as string, setupToken: setup_token as string | null }
    }
    throw new Error(`the coordinator ended before it listened: ${said}`)
  }
  const listens = firstLine()
  listens.catch(() => {
    // Where it is killed while it starts, nobody waits for this.
  })
  return {
    listens,
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
  }
}
