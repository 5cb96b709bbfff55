// A network as `vcp dev` starts it, in processes of its own, to be measured from outside.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The first line of `vcp dev --json`. */
export interface Started {
  readonly url: string
  readonly username: string
  readonly password: string
  readonly api_key: string
  readonly nodes: readonly { readonly name: string; readonly data_dir: string }[]
}

export interface DevNetwork extends Started {
  readonly child: ChildProcess
  stop(): Promise<void>
}

const main = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url))

/** `more`: words of its command line. */
export async function startDevNetwork(
  nodes: number,
  more: readonly string[] = [],
): Promise<DevNetwork> {
  const child = spawn(
    process.execPath,
    ['--conditions=source', main, 'dev', '--json', '--nodes', String(nodes), ...more],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const lines = createInterface({ input: child.stdout! })
  const first = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    once(child, 'close').then(([code]) => {
      throw new Error(`vcp dev ended with ${code}`)
    }),
  ])
  return {
    ...(JSON.parse(first) as Started),
    child,
    async stop() {
      const closed = once(child, 'close')
      child.kill('SIGINT')
      await closed
    },
  }
}
