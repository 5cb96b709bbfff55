// Calls `_start` of a module and posts its exit code. Streams are descriptors of open files.

import { WASI, type WASIOptions } from 'node:wasi'
import { parentPort, workerData } from 'node:worker_threads'
import { wasm } from './webassembly.ts'

export interface WasiWork {
  readonly bytes: Uint8Array
  readonly options: Pick<WASIOptions, 'args' | 'stdin' | 'stdout' | 'stderr'>
}

const { bytes, options } = workerData as WasiWork
const wasi = new WASI({ version: 'preview1', env: {}, ...options })
const imports = { wasi_snapshot_preview1: wasi.wasiImport }
parentPort?.postMessage(wasi.start(new wasm.Instance(new wasm.Module(bytes), imports)))
