// The worker that ships: the sandbox itself.
import { createHash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { instrument, instrumenterVersion } from '../instrument/instrument.ts'
import { compileProgram, type Program } from '../run/program.ts'
import { run } from '../run/run.ts'
import { nativePageTools } from './native-page-tools.ts'
import { serveWork } from './serve-work.ts'
import type { Prepared, PrepareOptions } from './work.ts'

/** Some reports a second, and too few to be felt. */
const reportGas = 50_000_000

if (parentPort === null) throw new Error('this is the program of a worker thread')

serveWork<Program>(parentPort, workerData, {
  prepare,
  run: (program, request, progress) =>
    run(program, request, { ...nativePageTools, report: { everyGas: reportGas, progress } }),
})

function prepare(
  bytes: Uint8Array,
  { form, memoryPagesMax, trace }: PrepareOptions,
): Prepared<Program> {
  if (form === 'instrumented') {
    const digest = sha256(bytes).toString('hex')
    return { ok: true, digest, instrumenterVersion, compile: () => compileProgram(bytes) }
  }
  const made = instrument(bytes, { memoryPagesMax, trace })
  if (!made.ok) return { ok: false, code: made.code, detail: made.detail }
  const { digest } = made
  return { ok: true, digest, instrumenterVersion, compile: () => compileProgram(made.bytes) }
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
