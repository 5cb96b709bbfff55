export interface Import {
  readonly module: string
  readonly name: string
}

interface WasmInterface {
  readonly Module: {
    new (bytes: Uint8Array): object
    imports(module: object): Import[]
  }
  readonly Instance: new (
    module: object,
    imports?: Readonly<Record<string, object>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> }
}

/** What is used here of `globalThis.WebAssembly`, which the library `es2024` does not declare. */
export const wasm = (globalThis as unknown as { readonly WebAssembly: WasmInterface }).WebAssembly
