// The main thread of a child. It runs nothing of a guest, so it always hears its parent, and ends
// the process when the parent is gone: the socket closes, however the parent died.
import { Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import type { WorkerFault } from './child-messages.ts'
import { deadlineGraceMs, detailCharactersMax, parentSocket, workerLimits } from './child-terms.ts'
import { createFrameReader, encodeFrame, type Frame } from './frame.ts'
import type { OrderHeader, WorkDone, WorkReport } from './work.ts'

interface Current {
  readonly id: number
  readonly timers: readonly NodeJS.Timeout[]
}

const parent = new Socket({ fd: parentSocket, readable: true, writable: true })
const gasUsed = new Float64Array(new SharedArrayBuffer(8))
const worker = new Worker(new URL('./worker-main.mjs', import.meta.url), {
  env: {},
  workerData: gasUsed,
  resourceLimits: workerLimits,
})
let current: Current | null = null

const reader = createFrameReader(() => Number.POSITIVE_INFINITY, take)
parent.on('data', (chunk: Uint8Array) => {
  if (reader.push(chunk) !== null) die()
})
for (const event of ['end', 'close', 'error']) parent.on(event, die)

worker.on('message', (report: WorkReport) => {
  if (report.type === 'ready') comeUp(report)
  else if (current?.id === report.id) finish(report)
})
worker.on('error', (error: Error & { code?: string }) => {
  const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
  fail(isMemory ? 'worker_memory' : 'worker_error', String(error))
})
worker.on('exit', (code) => fail('worker_exit', `the worker thread ended with code ${code}`))

/**
 * V8 is told to read the instrumenter's hints about branches; without them the same code is slower.
 * Only now: a flag set before the worker is made costs it its snapshot, 30 ms at each start.
 */
function comeUp(report: WorkReport): void {
  setFlagsFromString('--experimental-wasm-branch-hinting')
  send(report)
}

/** Not `process.exit`: that waits for the worker, which may be deep in a guest or a compiler. */
function die(): void {
  process.kill(process.pid, 'SIGKILL')
}

function send(header: object, blobs: readonly Uint8Array[] = []): void {
  for (const piece of encodeFrame(header, blobs)) parent.write(piece)
}

function take({ header, blobs }: Frame): boolean {
  const { deadlineMs, reportMs, ...order } = header as OrderHeader
  const [request, module] = blobs
  const timers = [setTimeout(die, deadlineMs + deadlineGraceMs)]
  if (reportMs !== null) timers.push(setInterval(report, reportMs))
  current = { id: order.id, timers }
  send({ type: 'taken', id: order.id })
  // All blobs of a frame lie in one buffer, which goes over to the worker whole.
  worker.postMessage({ order, request, module: module ?? null }, [request!.buffer])
  return true
}

function report(): void {
  const residentBytes = process.memoryUsage.rss()
  send({ type: 'status', id: current?.id, residentBytes, gasUsed: gasUsed[0] })
}

function finish({ result, ...done }: WorkDone): void {
  settle()
  const detail = result.detail?.slice(0, detailCharactersMax) ?? null
  if (result.kind === 'infrastructure') {
    send({ ...done, result: { ...result, detail } })
    return
  }
  const { stdout, stderr, checkpoints, ...rest } = result
  const leaves = Buffer.from(checkpoints.join(''), 'hex')
  send({ ...done, result: { ...rest, detail } }, [stdout, stderr, leaves])
}

function fail(fault: WorkerFault, detail: string): void {
  const { id } = current ?? {}
  settle()
  // Without a task there is nobody to tell: the parent sees the process end.
  if (id === undefined) die()
  else send({ type: 'failed', id, fault, detail: detail.slice(0, detailCharactersMax) })
}

function settle(): void {
  for (const timer of current?.timers ?? []) clearTimeout(timer)
  current = null
}
