// A core with nodes in it that do as they are asked, for measuring.
import { commitmentOf, type TaskSpec, taskDigest } from '@vcp/protocol'
import { decide } from '../src/core/decide.ts'
import type { Effect } from '../src/core/effects.ts'
import type { Entry } from '../src/core/entry.ts'
import type { Input, InputOf } from '../src/core/inputs.ts'
import type { Settings } from '../src/core/settings.ts'
import { State } from '../src/core/state.ts'
import {
  ana,
  envelopeOf,
  peerOf,
  receiptOf,
  registrationOf,
  taskIdOf,
  telemetry,
  walletOf,
} from '../src/core/testing/samples.ts'

export class LoadedCore {
  readonly state: State
  /** The time spent in `decide`. */
  inCoreMs = 0
  #atMs = 1_790_000_000_000
  #entropy = 1
  #nodes = 0
  readonly #digests = new WeakMap<TaskSpec, ReturnType<typeof taskDigest>>()

  readonly #onEntry: (entry: Entry) => void

  constructor(settings: Settings, onEntry: (entry: Entry) => void = () => {}) {
    this.state = new State(settings)
    this.#onEntry = onEntry
    this.tell({ type: 'account-opened', accountId: ana })
  }

  tell(input: Input): readonly Effect[] {
    this.#entropy = (this.#entropy + 0x9e3779b9) | 0
    const began = performance.now()
    const moment = { atMs: this.#atMs, entropy: this.#entropy }
    const { reply, entries, effects } = decide(this.state, input, moment)
    this.inCoreMs += performance.now() - began
    if (!reply.ok) throw new Error(`${input.type}: ${reply.reason}`)
    for (const entry of entries) this.#onEntry(entry)
    return effects
  }

  /** Each with registration and telemetry of its own, as they come from the wire. */
  addNodes(count: number): void {
    for (let added = 0; added < count; added++) {
      const name = `n${this.#nodes++}`
      const peerId = peerOf(name)
      const registration = structuredClone(registrationOf(name))
      const binding = { owner: walletOf(name), expiresAtMs: 9e15 }
      this.tell({ type: 'node-registered', peerId, ownerId: ana, registration, binding })
      const report = { ...structuredClone(telemetry), latency_ms: (added * 7_919) % 250 }
      this.tell({ type: 'heartbeat-received', peerId, telemetry: report })
    }
  }

  /** Lets time pass, and what is due in it happen. */
  passMs(ms: number): void {
    this.#atMs += ms
    for (;;) {
      const { nextAtMs } = this.state.timers
      if (nextAtMs === null || nextAtMs > this.#atMs) return
      this.tell({ type: 'time-passed' })
    }
  }

  submission(number: number, task: TaskSpec): InputOf<'task-submitted'> {
    const known = this.#digests.get(task)
    const digest = known ?? taskDigest(task)
    if (known === undefined) this.#digests.set(task, digest)
    const taskId = taskIdOf(number)
    const ids = { taskId, ownerId: ana, digest, payloadBytes: 0 }
    return { type: 'task-submitted', ...ids, task }
  }

  cancel(number: number): void {
    const taskId = taskIdOf(number)
    this.tell({ type: 'task-cancelled', taskId, ownerId: ana, reason: 'measured' })
  }

  /** Submits a task of one copy, and does what its node would. */
  runToTheEnd(number: number, task: TaskSpec): void {
    // As from the wire: no two tasks share anything.
    const spec = structuredClone(task)
    const [offer] = this.tell({ ...this.submission(number, task), task: spec })
    if (offer?.type !== 'send-offer') throw new Error('no node was found')
    const { peerId } = offer
    const { task_id, lease_epoch } = offer.offer
    const answer = { answer: 'accept', task_id, lease_epoch } as const
    this.tell({ type: 'offer-answered', peerId, answer })
    const receipt = receiptOf(spec, { taskId: task_id, epoch: lease_epoch })
    const commitment = commitmentOf(peerId, receipt)
    this.tell({ type: 'commitment-received', peerId, commitment })
    this.tell({ type: 'receipt-received', receipt: envelopeOf(peerId, receipt) })
  }
}
