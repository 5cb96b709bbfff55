// The worker thread of a child: does what it is told, one run after the other, and keeps what it
// prepared. What to keep and for how long is the parent's decision, so that both know the same.
import { deserialize, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { MessagePort } from 'node:worker_threads'
import type { Attestable, Infrastructure, RunRequest, RunResult } from '../run/request.ts'
import type { Prepared, Work, WorkDone, WorkParcel, WorkReport, WorkTimings } from './work.ts'

/** `gasUsed` is shared with the child's main thread, which tells the parent now and then. */
export function serveWork<Program>(
  port: MessagePort,
  gasUsed: Float64Array,
  work: Work<Program>,
): void {
  const kept = new Map<string, Kept<Program>>()
  const say = (report: WorkReport, bytes: ArrayBuffer[] = []) => port.postMessage(report, bytes)

  port.on('message', (parcel: WorkParcel) => {
    gasUsed[0] = 0
    const done = carryOut(parcel, kept, work, (gas) => {
      gasUsed[0] = gas
    })
    say(done, buffersOf(done.result))
    if (isHeavy(done.result)) collectGarbage()
  })
  say({ type: 'ready' })
}

interface Kept<Program> {
  readonly prepared: Prepared<Program>
  program: Program | null
}

const heavyPages = 128

function carryOut<Program>(
  { order, request, module }: WorkParcel,
  kept: Map<string, Kept<Program>>,
  work: Work<Program>,
  progress: (gasUsed: number) => void,
): WorkDone {
  for (const key of order.forget) kept.delete(key)
  const [entry, instrumentMs] = timed(kept.has(order.key), () => {
    const found = kept.get(order.key)
    if (found !== undefined) return found
    if (module === null) throw new Error('the parent believes that this module is here')
    return { prepared: work.prepare(module, order.options), program: null }
  })
  kept.set(order.key, entry)
  const { prepared } = entry
  if (!prepared.ok) {
    const timings = { instrumentMs, compileMs: 0, runMs: 0 }
    return answer(order.id, rejected(prepared.code, prepared.detail), null, timings)
  }
  const [failure, compileMs] = timed(entry.program !== null, () => compile(entry, prepared))
  const [result, runMs] = timed(
    failure !== null,
    () => failure ?? work.run(entry.program!, deserialize(request) as RunRequest, progress),
  )
  return answer(order.id, result, prepared, { instrumentMs, compileMs, runMs })
}

/** No time, exactly, for what had been done before. */
function timed<Made>(isFree: boolean, make: () => Made): [made: Made, milliseconds: number] {
  const began = performance.now()
  const made = make()
  return [made, isFree ? 0 : performance.now() - began]
}

function compile<Program>(
  entry: Kept<Program>,
  prepared: Prepared<Program> & { ok: true },
): Infrastructure | null {
  try {
    entry.program ??= prepared.compile()
    return null
  } catch (error) {
    // What the rewriter accepted is a module; what is left is this machine, or bytes never checked.
    return { kind: 'infrastructure', fault: 'internal', detail: `not compiled: ${error}` }
  }
}

function answer(
  id: number,
  result: RunResult,
  made: { readonly digest: string; readonly instrumenterVersion: number } | null,
  timings: WorkTimings,
): WorkDone {
  const instrumented = made?.digest ?? null
  const instrumenterVersion = made?.instrumenterVersion ?? null
  return { type: 'done', id, result, instrumented, instrumenterVersion, timings }
}

function rejected(code: string, detail: string): Attestable {
  return {
    kind: 'attestable',
    ending: { kind: 'rejected', code },
    gas: 0,
    stdout: new Uint8Array(0),
    stderr: new Uint8Array(0),
    results: null,
    checkpoints: [],
    traceRoot: null,
    memoryPages: 0,
    detail,
  }
}

/** What can be handed over instead of copied: the outputs, where nothing else lies beside them. */
function buffersOf(result: RunResult): ArrayBuffer[] {
  if (result.kind !== 'attestable') return []
  return [result.stdout, result.stderr].flatMap((bytes) =>
    bytes.buffer instanceof ArrayBuffer &&
    bytes.length > 0 &&
    bytes.length === bytes.buffer.byteLength
      ? [bytes.buffer]
      : [],
  )
}

/** A big memory would stay until V8 cares, and the parent counts it. */
function collectGarbage(): void {
  collect ??= garbageCollector()
  collect()
}

let collect: (() => void) | undefined

/** The flag makes V8 give `gc` to contexts made from then on. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

function isHeavy(result: RunResult): boolean {
  return result.kind === 'attestable' && result.memoryPages >= heavyPages
}
