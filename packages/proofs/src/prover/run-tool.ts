// Programs that are not ours: snarkjs, circom, rapidsnark. They are under the GPL or the LGPL, so
// they stay programs of their own: started with a list of arguments, files in and files out, never
// imported. It also is what makes proving safe to have: a child can be killed at any moment, and
// what it leaks goes with it.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { type Outcome, pass, refuse } from '@vcp/protocol'

export interface ToolBounds {
  readonly signal?: AbortSignal
  /** Resident memory at which the child is killed; watched on Linux, elsewhere only its heap is. */
  readonly memoryBytesMax?: number
  /** What the tool prints, line by line, without colours. */
  readonly onLine?: (line: string) => void
}

export interface Tool {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd?: string
}

const require = createRequire(import.meta.url)

/** snarkjs by its command line, on the Node that runs us. */
export function snarkjs(args: readonly string[], heapMb = 2_048): Tool {
  const cli = join(dirname(require.resolve('snarkjs')), 'cli.cjs')
  return { file: process.execPath, args: [`--max-old-space-size=${heapMb}`, cli, ...args] }
}

/** Only a checkout has it: whoever proves or verifies compiles nothing. */
const compiler = 'circom2'

/** The circom compiler, as WASM, by its command line; it sees no files but those of its folder. */
export function circom(cwd: string, args: readonly string[]): Tool {
  const cli = join(dirname(require.resolve(compiler)), 'cli.js')
  return { cwd, file: process.execPath, args: [cli, ...args] }
}

/** How often the memory of a child is looked at: it grows by some 100 MB in that time. */
const memoryLookMs = 100
const outputCharactersMax = 65_536

/** Runs a tool to its end; gives what it printed. Refuses with `INTERRUPTED` when aborted. */
export function runTool(
  { file, args, cwd }: Tool,
  { signal, memoryBytesMax, onLine }: ToolBounds = {},
): Promise<Outcome<string>> {
  if (signal?.aborted === true) return Promise.resolve(interrupted())
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env: {}, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const finish = (outcome: Outcome<string>) => {
      clearInterval(looking)
      signal?.removeEventListener('abort', abort)
      child.kill('SIGKILL')
      resolve(outcome)
    }
    const abort = () => finish(interrupted())
    signal?.addEventListener('abort', abort)
    const looking = setInterval(async () => {
      const bytes = memoryBytesMax === undefined ? 0 : await residentBytes(child)
      if (bytes > (memoryBytesMax ?? 0)) {
        const reason = `it took ${bytes} bytes of memory, and may take ${memoryBytesMax}`
        finish(refuse('PROVING_FAILED', reason))
      }
    }, memoryLookMs)
    if (memoryBytesMax === undefined) clearInterval(looking)
    for (const stream of [child.stdout, child.stderr]) {
      eachLine(stream, (line) => {
        output = `${output}${line}\n`.slice(-outputCharactersMax)
        onLine?.(line)
      })
    }
    child.once('error', (error) => finish(refuse('PROVING_FAILED', error.message)))
    child.once('close', (code, by) => {
      if (code === 0) finish(pass(output))
      else finish(refuse('PROVING_FAILED', `it ended with ${code ?? by}: ${output.slice(-2_000)}`))
    })
  })
}

async function residentBytes({ pid }: ChildProcess): Promise<number> {
  if (process.platform !== 'linux' || pid === undefined) return 0
  const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '0 0') // it has ended
  return Number(statm.split(' ')[1]) * 4_096
}

const escapeCodes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')

function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = (lines.pop() ?? '').slice(-outputCharactersMax)
    for (const line of lines) take(line.replaceAll(escapeCodes, ''))
  })
  stream.on('end', () => rest !== '' && take(rest.replaceAll(escapeCodes, '')))
}

function interrupted(): Outcome<string> {
  return refuse('INTERRUPTED', 'the program was stopped before it had finished')
}
