// Untrusted JavaScript: a script and its JSON input, run by an interpreter that is itself a module
// in the sandbox. So a script is metered, bounded and the same everywhere, like any module.
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SandboxCall } from './run/request.ts'

const here = dirname(fileURLToPath(import.meta.url))
const isSource = import.meta.url.endsWith('.ts')

/** The interpreter that comes with this version: QuickJS, as a WASI command. */
export function scriptInterpreter(): Promise<Uint8Array> {
  const file = isSource
    ? join(here, '..', '..', '..', 'wasm-modules', 'quickjs', 'quickjs.wasm')
    : join(here, 'modules', 'quickjs.wasm')
  return readFile(file)
}

/**
 * How the interpreter is asked to run a script: the body of an async function of `input`, which may
 * return a value. The value comes on stdout as JSON, what the script logs on stderr.
 */
export function scriptCall(script: string, input: unknown): SandboxCall {
  const stdin = new TextEncoder().encode(JSON.stringify({ script, input }))
  return { kind: 'wasi', args: [], env: {}, stdin }
}
