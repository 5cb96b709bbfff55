// The main thread of a child that was taken over: it says whatever it likes to its parent.
import { writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { parentSocket } from '../child/child-terms.ts'
import { createFrameReader, encodeFrame, type Frame } from '../child/frame.ts'
import type { OrderHeader } from '../child/work.ts'

const parent = new Socket({ fd: parentSocket, readable: true, writable: true })
for (const event of ['end', 'close', 'error']) parent.on(event, () => process.exit())

type Trick = (done: Done) => void

interface Done {
  readonly id: number
  readonly [field: string]: unknown
}

const tricks: Readonly<Record<string, Trick>> = {
  honest: answer,
  twice(done) {
    answer(done)
    answer(done)
  },
  stranger: (done) => answer({ ...done, id: done.id + 1 }),
  wrongType: (done) => answer({ ...done, timings: 'fast' }),
  extraField: (done) => answer({ ...done, extra: 1 }),
  prototype: () => parent.write(framed('{"__proto__":{"type":"done"},"type":"done"}')),
  nesting: () => parent.write(framed('['.repeat(100_000) + ']'.repeat(100_000))),
  notJson: () => parent.write(framed('{')),
  negativeGas: (done) => answer({ ...done, result: { ...attestable, gas: -1 } }),
  noBlobs: (done) => write(encodeFrame(done)),
  badBlob: (done) => {
    const [bytes] = encodeFrame(done, outputs)
    // The length of the last of three blobs, all empty.
    bytes!.fill(255, -4)
    write([bytes!])
  },
  giant() {
    parent.write(Uint8Array.of(255, 255, 255, 255))
    const chunk = new Uint8Array(1_048_576)
    const pump = () => {
      while (parent.write(chunk));
      parent.once('drain', pump)
    }
    pump()
  },
  readyAfterwards(done) {
    answer(done)
    write(encodeFrame({ type: 'ready' }))
  },
  takesTwice: ({ id }) => write(encodeFrame({ type: 'taken', id })),
  untaken: () => process.exit(3),
  readyAgain: () => write(encodeFrame({ type: 'ready' })),
  statusFlood: ({ id }) => {
    const status = encodeFrame({ type: 'status', id, residentBytes: 1, gasUsed: 1 })
    const pump = () => {
      while (write(status));
      parent.once('drain', pump)
    }
    pump()
  },
  stderrFlood() {
    for (;;) writeSync(2, 'x'.repeat(65_536))
  },
  deaf,
  /** So that its parent knows when. */
  deafAfterReport({ id }) {
    write(encodeFrame({ type: 'status', id, residentBytes: 1, gasUsed: 1 }))
    deaf()
  },
  leaves: () => process.exit(3),
  hangsUp() {
    // It outlives its socket: it neither ends with it nor for want of things to wait for.
    parent.removeAllListeners()
    parent.destroy()
    setInterval(() => {}, 60_000)
  },
}

const attestable = {
  kind: 'attestable',
  ending: { kind: 'ok' },
  gas: 1,
  results: null,
  traceRoot: null,
  memoryPages: 0,
  detail: null,
}
/** By the keys of the modules, which come only once. */
const words = new Map<string, string>()
const outputs = [new Uint8Array(0), new Uint8Array(0), new Uint8Array(0)]
const reader = createFrameReader(() => Number.POSITIVE_INFINITY, take)
parent.on('data', (chunk: Uint8Array) => reader.push(chunk))
write(encodeFrame({ type: 'ready' }))

function take({ header, blobs }: Frame): boolean {
  const { id, key } = header as OrderHeader
  const word = words.get(key) ?? new TextDecoder().decode(blobs[1])
  words.set(key, word)
  const timings = { instrumentMs: 0, compileMs: 0, runMs: 0 }
  const instrumented = 'ab'.repeat(32)
  if (word !== 'untaken') write(encodeFrame({ type: 'taken', id }))
  tricks[word]!({
    type: 'done',
    id,
    result: attestable,
    instrumented,
    instrumenterVersion: 1,
    timings,
  })
  return true
}

/** Also to the end of its parent: this thread never looks again. */
function deaf(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

function answer(done: Done): void {
  write(encodeFrame(done, outputs))
}

function write(pieces: readonly Uint8Array[]): boolean {
  return pieces.map((piece) => parent.write(piece)).every(Boolean)
}

function framed(header: string): Uint8Array {
  const text = new TextEncoder().encode(header)
  const bytes = new Uint8Array(8 + text.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 4 + text.length, true)
  view.setUint32(4, text.length, true)
  bytes.set(text, 8)
  return bytes
}
