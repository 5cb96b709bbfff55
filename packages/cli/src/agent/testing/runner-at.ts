// A runner with memory beneath it: what it was told to do is done, what it tells is heard.
import { type BlobStore, openMemoryStore } from '@vcp/mesh'
import { type Cid, refuse, type TaskSpec, VcpError } from '@vcp/protocol'
import { onTestFinished } from 'vitest'
import type { Engines } from '../../engines/engines.ts'
import { type Given, moduleBytes, taskId, wasmTask } from '../../engines/testing/metered-work.ts'
import type { RunEnd } from '../core/inputs.ts'
import type { Kept } from '../kept/kept.ts'
import type { BlobSource } from '../runner/blob-bytes.ts'
import type { RoundLine } from '../runner/run-secure-round.ts'
import { createRunner, type Runner, type RunnerInput } from '../runner/runner.ts'
import { openAgentFile } from '../store/agent-file.ts'
import { signer } from './kept-run.ts'

/** No coordinator is there to go through a secure round with. */
export const nobody: RoundLine = {
  ask: () => Promise.resolve(refuse('ROUND_CLOSED', 'there is no coordinator here')),
}

type AnyGiven = Given<'wasm_execution'> | Given<'computation'>

export interface At {
  readonly runner: Runner
  readonly kept: Kept
  /** As the next record that is written does it. */
  write(): Promise<void>
  readonly store: BlobStore
  readonly told: RunnerInput[]
  readonly fetched: Cid[]
  /** The next of a type that is told, from now on. */
  next<Type extends RunnerInput['type']>(
    type: Type,
  ): Promise<Extract<RunnerInput, { readonly type: Type }>>
  start(given: AnyGiven, leaseEpoch?: number): void
}

export interface Changes {
  readonly store?: BlobStore
  readonly fetch?: BlobSource['fetch']
  /** Before the core has what it is told. */
  readonly telling?: () => Promise<void>
}

/** A runner whose blobs are at a neighbour that has those of the tasks it is given. */
export async function runnerAt(engines: Engines, changes: Changes = {}): Promise<At> {
  const { store = await openMemoryStore(200_000_000) } = changes
  const { kept, records } = openAgentFile(':memory:')
  const elsewhere = new Map<Cid, Uint8Array>()
  const told: RunnerInput[] = []
  const fetched: Cid[] = []
  const waiting: ((input: RunnerInput) => void)[] = []
  const runner = createRunner({
    engines,
    kept,
    store,
    source: {
      async fetch(cid, options) {
        fetched.push(cid)
        if (changes.fetch !== undefined) return changes.fetch(cid, options)
        const bytes = elsewhere.get(cid)
        if (bytes === undefined) throw new VcpError('BLOB_UNAVAILABLE', { message: `no ${cid}` })
        await store.put([bytes], { shape: 'whole' })
      },
    },
    signer,
    nowMs: Date.now,
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    line: nobody,
    coordinator: () => 'a test',
    async tell(input) {
      await changes.telling?.()
      await records.write([])
      told.push(input)
      for (const hear of waiting) hear(input)
    },
  })
  onTestFinished(() => runner.close())
  return {
    runner,
    kept,
    write: () => records.write([]),
    store,
    told,
    fetched,
    next: (type) =>
      new Promise((resolve) => {
        waiting.push((input) => {
          if (input.type === type) resolve(input as Extract<RunnerInput, { type: typeof type }>)
        })
      }),
    start({ task, blobs }, leaseEpoch = 1) {
      for (const [cid, bytes] of blobs) elsewhere.set(cid, bytes)
      runner.carryOut({ type: 'start-run', offer: offerOf(task, leaseEpoch) })
    },
  }
}

export function offerOf(task: TaskSpec, leaseEpoch: number) {
  const { peerId: peer_id } = signer
  const lease = { lease_epoch: leaseEpoch, lease_ends_at_ms: Date.now() + 30_000 }
  return { task_id: taskId, peer_id, ...lease, task }
}

export function finishedBy(end: RunEnd): Extract<RunEnd, { kind: 'finished' }> {
  if (end.kind === 'failed') throw new Error(end.reason)
  return end
}

/** Until all that was set going in this turn of the event loop has run. */
export const turnOver = () => new Promise((resolve) => setImmediate(resolve))
export const hello = () => wasmTask(moduleBytes('hello'), { kind: 'wasi', args: [] })
