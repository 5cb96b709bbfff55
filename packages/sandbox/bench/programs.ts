// The programs of the benchmark, each with a call that takes some 50 to 200 ms.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { WasmValue } from '@vcp/protocol'
import type { SandboxCall } from '../src/run/request.ts'
import { pseudorandomBytes, sampleImage, sampleJson, sampleLines, sampleSql } from './samples.ts'

export interface Program {
  readonly name: string
  readonly module: Uint8Array
  readonly call: SandboxCall
  /** How the same sources are built for this machine; null where they are not in C. */
  readonly native: NativeRecipe | null
}

export interface NativeRecipe {
  readonly sources: readonly string[]
  readonly options: readonly string[]
  readonly args: readonly string[]
}

const here = fileURLToPath(new URL('programs', import.meta.url))
export const prebuilt = fileURLToPath(new URL('../../../wasm-modules', import.meta.url))

export const programs: readonly Program[] = [
  inC('sha256', [], pseudorandomBytes(16_000_000)),
  inC('nbody', ['1000000']),
  matmul(560, 7),
  inC('image-filter', ['blur'], sampleImage(2_048)),
  ownInC('fannkuch', ['10']),
  ownInC('quicksort', ['10']),
  ownInC('json', ['120'], sampleJson(6_000)),
  sqlite(),
  {
    name: 'quickjs',
    module: wasmOf('quickjs'),
    call: command([], encode(JSON.stringify({ script: script(), input: 60_000 }))),
    native: null,
  },
  {
    name: 'pi (AssemblyScript)',
    module: wasmOf('pi'),
    call: invoke('estimate', [
      { type: 'i32', value: 20_000_000 },
      { type: 'i64', value: '7' },
    ]),
    native: null,
  },
  {
    name: 'text (AssemblyScript)',
    module: wasmOf('text'),
    call: command(['sort'], sampleLines(400_000)),
    native: null,
  },
]

export function wasmOf(name: string): Uint8Array {
  return readFileSync(join(prebuilt, name, `${name}.wasm`))
}

function inC(name: string, args: readonly string[], stdin?: Uint8Array): Program {
  const sources = [join(prebuilt, name, `${name}.c`)]
  const native = { sources, options: ['-lm'], args }
  return { name, module: wasmOf(name), call: command(args, stdin), native }
}

function ownInC(name: string, args: readonly string[], stdin?: Uint8Array): Program {
  const native = { sources: [join(here, `${name}.c`)], options: [], args }
  const module = readFileSync(join(here, `${name}.wasm`))
  return { name, module, call: command(args, stdin), native }
}

function matmul(side: number, seed: number): Program {
  const sources = [join(prebuilt, 'matmul', 'matmul.c'), join(here, 'matmul-main.c')]
  const values: WasmValue[] = [
    { type: 'i32', value: side },
    { type: 'i32', value: seed },
  ]
  return {
    name: 'matmul',
    module: wasmOf('matmul'),
    call: invoke('multiply', values),
    native: { sources, options: [], args: [`${side}`, `${seed}`] },
  }
}

/** SQLite's own source is there once `wasm-modules/build.mjs sqlite` has fetched it. */
function sqlite(): Program {
  const manifest = JSON.parse(readFileSync(join(prebuilt, 'sqlite', 'module.json'), 'utf8'))
  const { amalgamation, defines } = manifest.build as { amalgamation: string; defines: string[] }
  const sources = join(prebuilt, '.cache', 'sqlite', 'package', amalgamation)
  return {
    name: 'sqlite',
    module: wasmOf('sqlite'),
    call: command([], sampleSql(12_000)),
    native: {
      sources: [join(prebuilt, 'sqlite', 'sqlite-command.c'), join(sources, 'sqlite3.c')],
      options: ['-DNDEBUG', ...defines.map((define) => `-D${define}`), `-I${sources}`, '-lm'],
      args: [],
    },
  }
}

function command(args: readonly string[], stdin: Uint8Array = new Uint8Array(0)): SandboxCall {
  return { kind: 'wasi', args, env: {}, stdin }
}

function invoke(name: string, values: readonly WasmValue[]): SandboxCall {
  return { kind: 'function', function: name, arguments: values }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Objects, strings, closures and floats. */
function script(): string {
  return `
    const words = []
    let x = 7
    for (let i = 0; i < input; i++) {
      x = (x * 1103515245 + 12345) % 2147483648
      words.push((x % 1000).toString(36))
    }
    const counts = new Map()
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + Math.sqrt(word.length))
    const most = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 3)
    return most.map(([word, count]) => word + ' ' + count.toFixed(6))`
}
