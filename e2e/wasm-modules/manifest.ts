// The modules of wasm-modules/ as their manifests describe them.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface TypedValue {
  readonly type: 'i32' | 'i64' | 'f32' | 'f64'
  /** 64-bit integers are text, since JSON numbers cannot hold them. */
  readonly value: number | string
}

export interface WasiCase {
  readonly call: {
    readonly kind: 'wasi'
    readonly args: readonly string[]
    /** A file of the module's folder, or nothing to read. */
    readonly stdin: string | null
  }
  readonly expected: {
    readonly exit_code: number
    readonly stdout?: string
    /** In the place of `stdout`, where that is long or no text. */
    readonly stdout_file?: string
    readonly stderr: string
  }
}

export interface FunctionCase {
  readonly call: {
    readonly kind: 'function'
    readonly function: string
    readonly arguments: readonly TypedValue[]
  }
  readonly expected: { readonly results: readonly TypedValue[] }
}

export interface Manifest {
  readonly name: string
  readonly about: string
  readonly language: 'assemblyscript' | 'c' | 'wat'
  readonly cases: readonly (WasiCase | FunctionCase)[]
  readonly wasm: { readonly bytes: number; readonly sha256: string }
  readonly built_with: Readonly<Record<string, string>>
}

const root = fileURLToPath(new URL('../../wasm-modules', import.meta.url))

export const manifests: readonly Manifest[] = readdirSync(root)
  .filter((name) => existsSync(join(root, name, 'module.json')))
  .map((name) => JSON.parse(readFileSync(join(root, name, 'module.json'), 'utf8')))

export function fileOf(module: string, name: string): Buffer<ArrayBuffer> {
  return readFileSync(join(root, module, name))
}

export function wasmOf(module: string): Buffer<ArrayBuffer> {
  return fileOf(module, `${module}.wasm`)
}

export function stdinOf(module: string, { call }: WasiCase): Buffer {
  return call.stdin === null ? Buffer.alloc(0) : fileOf(module, call.stdin)
}

export function stdoutOf(module: string, { expected }: WasiCase): Buffer {
  return expected.stdout_file === undefined
    ? Buffer.from(expected.stdout ?? '')
    : fileOf(module, expected.stdout_file)
}

/** The cases of a module that call `_start` and end well, or those that call a function. */
export function casesOf(module: string, kind: 'wasi'): WasiCase[]
export function casesOf(module: string, kind: 'function'): FunctionCase[]
export function casesOf(module: string, kind: string): (WasiCase | FunctionCase)[] {
  const { cases } = manifests.find(({ name }) => name === module)!
  return cases.filter(({ call, expected }) => {
    const endsWell = !('exit_code' in expected) || expected.exit_code === 0
    return call.kind === kind && endsWell
  })
}
