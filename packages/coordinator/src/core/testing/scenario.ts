// A coordinator's core under test: told things one after the other, each followed by every check.
import {
  type AccountId,
  commitmentOf,
  type Digest,
  type PeerId,
  type TaskId,
  type TaskSpec,
  taskDigest,
} from '@vcp/protocol'
import { apply } from '../apply.ts'
import { type Decision, decide } from '../decide.ts'
import type { Effect, EffectOf, EffectType } from '../effects.ts'
import type { Entry } from '../entry.ts'
import type { Input } from '../inputs.ts'
import { assertAllHolds } from '../invariants.ts'
import { defaultSettings, type Settings } from '../settings.ts'
import { State } from '../state.ts'
import { assignmentOf } from '../tasks/task-record.ts'
import {
  ana,
  envelopeOf,
  peerOf,
  receiptOf,
  registrationOf,
  telemetry,
  walletOf,
} from './samples.ts'

export class Scenario {
  readonly state: State
  readonly journal: Entry[] = []
  readonly effects: Effect[] = []
  atMs = 1_790_000_000_000
  #entropy = 0

  constructor(settings: Partial<Settings> = {}) {
    this.state = new State({ ...defaultSettings, ...settings })
    this.tell({ type: 'account-opened', accountId: ana })
  }

  tell(input: Input): Decision {
    this.#entropy += 1
    const decision = decide(this.state, input, { atMs: this.atMs, entropy: this.#entropy })
    this.journal.push(...decision.entries)
    this.effects.push(...decision.effects)
    assertAllHolds(this.state)
    return decision
  }

  /** Lets time pass, and everything that is due in it happen at its moment. */
  pass(ms: number): void {
    const untilMs = this.atMs + ms
    for (;;) {
      const nextAtMs = this.state.timers.nextAtMs
      if (nextAtMs === null || nextAtMs > untilMs) break
      this.atMs = Math.max(this.atMs, nextAtMs)
      this.tell({ type: 'time-passed' })
    }
    this.atMs = untilMs
  }

  /** A node with a wallet of its own. */
  node(
    name: string,
    { wallet = name, ownerId = ana as AccountId, tasksMax = null as number | null } = {},
  ): PeerId {
    const peerId = peerOf(name)
    const binding = { owner: walletOf(wallet), expiresAtMs: this.atMs + 1e12 }
    const plain = registrationOf(name)
    const limit = tasksMax === null ? {} : { tasks_max: tasksMax }
    const registration = { ...plain, capabilities: { ...plain.capabilities, ...limit } }
    this.tell({ type: 'node-registered', peerId, ownerId, registration, binding })
    this.heartbeat(peerId)
    return peerId
  }

  heartbeat(peerId: PeerId): void {
    this.tell({ type: 'heartbeat-received', peerId, telemetry })
  }

  submit(taskId: TaskId, task: TaskSpec, ownerId = ana): Decision {
    const digest = taskDigest(task)
    return this.tell({ type: 'task-submitted', taskId, ownerId, task, digest, payloadBytes: 0 })
  }

  accept(taskId: TaskId, peerId: PeerId): void {
    const lease_epoch = this.epoch(taskId, peerId)
    this.tell({
      type: 'offer-answered',
      peerId,
      answer: { answer: 'accept', task_id: taskId, lease_epoch },
    })
  }

  commit(taskId: TaskId, peerId: PeerId, output?: string, traceRoot?: Digest): Decision {
    const commitment = commitmentOf(peerId, this.#receipt(taskId, peerId, output, traceRoot))
    return this.tell({ type: 'commitment-received', peerId, commitment })
  }

  reveal(taskId: TaskId, peerId: PeerId, output?: string, traceRoot?: Digest): Decision {
    const receipt = envelopeOf(peerId, this.#receipt(taskId, peerId, output, traceRoot))
    return this.tell({ type: 'receipt-received', receipt })
  }

  /** From the offer to the receipt. */
  run(taskId: TaskId, peerId: PeerId, output?: string): void {
    this.accept(taskId, peerId)
    this.commit(taskId, peerId, output)
    this.reveal(taskId, peerId, output)
  }

  epoch(taskId: TaskId, peerId: PeerId): number {
    const assignment = assignmentOf(this.task(taskId), peerId)
    if (assignment === undefined) throw new Error(`${peerId} was never given ${taskId}`)
    return assignment.epoch
  }

  task(taskId: TaskId) {
    const task = this.state.tasks.get(taskId)
    if (task === undefined) throw new Error(`there is no task ${taskId}`)
    return task
  }

  /** Who has an offer of the task or works on it. */
  holders(taskId: TaskId): PeerId[] {
    return this.task(taskId)
      .assignments.filter(({ state }) => ['offered', 'running'].includes(state))
      .map(({ peerId }) => peerId)
  }

  wanted<Type extends EffectType>(type: Type): EffectOf<Type>[] {
    return this.effects.filter((effect): effect is EffectOf<Type> => effect.type === type)
  }

  /** The state as a restart makes it from the journal. */
  replayed(): State {
    const state = new State(this.state.settings)
    for (const entry of this.journal) apply(state, entry)
    return state
  }

  /** The task as it was submitted, also after it has ended. */
  #specs = new Map<TaskId, TaskSpec>()

  #receipt(taskId: TaskId, peerId: PeerId, output?: string, traceRoot?: Digest) {
    const spec = this.#specs.get(taskId) ?? this.task(taskId).spec
    if (spec === null || spec === undefined) throw new Error(`the task ${taskId} has ended`)
    this.#specs.set(taskId, spec)
    return receiptOf(spec, { taskId, epoch: this.epoch(taskId, peerId) }, output, traceRoot)
  }
}
