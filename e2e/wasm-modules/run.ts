// Runs a module as it is, without metering. Only for modules of our own: `node:wasi` is no sandbox.
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { TypedValue } from './manifest.ts'
import type { WasiWork } from './wasi-worker.ts'
import { type Import, wasm } from './webassembly.ts'

// As in the sandbox: QuickJS bounds the recursion of a script itself, and V8 must not be first.
const resourceLimits = { stackSizeMb: 64 }
const execArgv = ['--disable-warning=ExperimentalWarning']

export interface WasiRun {
  readonly exitCode: number
  readonly stdout: Buffer
  readonly stderr: string
}

/** What a module wants of its host. */
export function importsOf(bytes: Uint8Array): Import[] {
  return wasm.Module.imports(new wasm.Module(bytes))
}

/** Calls `_start`; streams are files, since `node:wasi` wants descriptors. */
export async function runWasi(
  bytes: Uint8Array,
  args: readonly string[],
  input: Uint8Array,
): Promise<WasiRun> {
  const folder = mkdtempSync(join(tmpdir(), 'vcp-module-'))
  const at = (name: string) => join(folder, name)
  writeFileSync(at('stdin'), input)
  const stdin = openSync(at('stdin'), 'r')
  const [stdout, stderr] = [openSync(at('stdout'), 'w'), openSync(at('stderr'), 'w')]
  try {
    const options = { args: ['module', ...args], stdin, stdout, stderr }
    const workerData: WasiWork = { bytes, options }
    const file = new URL('./wasi-worker.ts', import.meta.url)
    const [exitCode] = await once(
      new Worker(file, { workerData, resourceLimits, execArgv }),
      'message',
    )
    return {
      exitCode,
      stdout: readFileSync(at('stdout')),
      stderr: readFileSync(at('stderr'), 'utf8'),
    }
  } finally {
    for (const descriptor of [stdin, stdout, stderr]) closeSync(descriptor)
    rmSync(folder, { recursive: true })
  }
}

/** Calls an exported function. The modules that have one import nothing. */
export function runFunction(
  bytes: Uint8Array,
  name: string,
  args: readonly TypedValue[],
): number | bigint {
  const { exports } = new wasm.Instance(new wasm.Module(bytes))
  const called = exports[name] as (...args: (number | bigint)[]) => number | bigint
  return called(...args.map(plain))
}

export function plain({ type, value }: TypedValue): number | bigint {
  return type === 'i64' ? BigInt(value) : Number(value)
}
