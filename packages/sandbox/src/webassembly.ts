// The JavaScript interface of WebAssembly, as far as the sandbox uses it. Neither the `es2024`
// library nor the types of Node declare it, and the DOM's would bring `window` along.

/** Compiled code; can be cloned to a worker, not to another process. */
export interface WasmModule {
  readonly [Symbol.toStringTag]: string
}

export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>
}

export interface WasmGlobal {
  value: unknown
}

export interface WasmMemory {
  /** A new object after each grow, also where the memory is shared. */
  readonly buffer: ArrayBufferLike
  grow(pages: number): number
}

type Constructor<Arguments extends readonly unknown[], Made> = new (...given: Arguments) => Made

interface WasmInterface {
  readonly Module: Constructor<[bytes: Uint8Array], WasmModule>
  readonly Instance: Constructor<
    [module: WasmModule, imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>],
    WasmInstance
  >
  readonly Global: Constructor<[{ value: string; mutable: boolean }, unknown], WasmGlobal>
  readonly Memory: Constructor<
    [{ initial: number; maximum?: number; shared?: boolean }],
    WasmMemory
  >
  readonly RuntimeError: Constructor<[message?: string], Error>
  readonly CompileError: Constructor<[message?: string], Error>
  readonly LinkError: Constructor<[message?: string], Error>
  validate(bytes: Uint8Array): boolean
}

/** `globalThis.WebAssembly`, typed. */
export const wasm = (globalThis as unknown as { readonly WebAssembly: WasmInterface }).WebAssembly
