// Programs that are not ours: snarkjs, circom, rapidsnark. They are under the GPL or the LGPL, so
// they stay programs of their own: started with a list of arguments, files in and files out, never
// imported. It also is what makes proving safe to have: a child can be killed at any moment, and
// what it leaks goes with it.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { type ChildBounds, runChild, type Tool } from './run-child.ts'

export interface ToolBounds extends ChildBounds {
  /** What the tool prints, line by line, without colours. */
  readonly onLine?: (line: string) => void
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

const outputCharactersMax = 65_536

/** Runs a tool to its end; gives what it printed. Refuses with `INTERRUPTED` when aborted. */
export async function runTool(
  tool: Tool,
  { onLine, ...bounds }: ToolBounds = {},
): Promise<Outcome<string>> {
  let output = ''
  const ended = await runChild(tool, bounds, ({ stdin, stdout, stderr }) => {
    stdin.end()
    for (const stream of [stdout, stderr]) {
      eachLine(stream, (line) => {
        output = `${output}${line}\n`.slice(-outputCharactersMax)
        onLine?.(line)
      })
    }
  })
  if (!ended.ok) return ended
  const { code, by } = ended.value
  if (code === 0) return pass(output)
  return refuse('PROVING_FAILED', `it ended with ${code ?? by}: ${output.slice(-2_000)}`)
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
