// Runs every case of the prebuilt modules and prints the fields of their receipts, in a worker
// whose native stack has as many megabytes as the argument says. The flags of V8 are those of the
// process.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { compileProgram, instrument, receiptFields, run } from '@vcp/sandbox'
import { wasmOf } from './manifest.ts'
import { cases, memoryPagesMax, requestOf } from './receipts.ts'

if (isMainThread) {
  const stackSizeMb = Number(process.argv[2])
  const worker = new Worker(new URL(import.meta.url), { resourceLimits: { stackSizeMb } })
  const [receipts] = await once(worker, 'message')
  process.stdout.write(JSON.stringify(receipts))
} else {
  parentPort?.postMessage(
    Object.fromEntries(cases.map(({ id, name, each }) => [id, of(name, each)])),
  )
}

function of(name: string, each: (typeof cases)[number]['each']): unknown {
  const made = instrument(wasmOf(name), { memoryPagesMax, trace: true })
  if (!made.ok) throw new Error(made.detail)
  const request = requestOf(name, each)
  const result = run(compileProgram(made.bytes), request, { sha256, isEqual })
  if (result.kind !== 'attestable') throw new Error(`${name}: ${result.fault} ${result.detail}`)
  return receiptFields(made.digest, request, result)
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
