// A thread that runs a file beside the one that opens it.
import { extname } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { Worker, type WorkerOptions } from 'node:worker_threads'

/** So many calls before V8 compiles a wrapper of its own for a function that WASM calls: never. */
const never = 1_000_000_000

/** Runs `name` in the opener's folder, as source where the opener is source. */
export function openThread(name: string, openerUrl: string, options: WorkerOptions = {}): Worker {
  const extension = extname(openerUrl)
  const program = new URL(`${name}${extension}`, openerUrl)
  if (extension !== '.ts') return new Worker(program, options)
  // Node strips types with WASM, in each thread. V8 13.6 shares the wrappers among threads and can
  // free one that another thread has just found, which ends the process with SIGSEGV.
  setFlagsFromString(`--wasm-wrapper-tiering-budget=${never}`)
  return new Worker(program, { ...options, execArgv: ['--conditions=source'] })
}
