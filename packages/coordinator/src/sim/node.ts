// A node, honest or not: takes offers, works, commits, shows, answers in disputes, trains.
import {
  type AccountId,
  type Commitment,
  commitmentOf,
  type Digest,
  declineReasons,
  type Envelope,
  isAskedOnce,
  type Offer,
  type OwnerAddress,
  type PeerId,
  type Receipt,
  type Registration,
  type Round,
  type RoundId,
  type TaskId,
} from '@vcp/protocol'
import type { EffectOf } from '../core/effects.ts'
import type { InputOf } from '../core/inputs.ts'
import { registrationOf, telemetry } from '../core/testing/samples.ts'
import { type Conduct, honest } from './conduct.ts'
import { Correspondent, type Surroundings } from './correspondent.ts'
import { traceOf } from './traces.ts'
import type { Truth } from './truth.ts'
import { engine, envelopeOf, modelOf, type Result, receiptOf, resultOf } from './work.ts'

export interface Identity {
  readonly name: string
  readonly peerId: PeerId
  readonly ownerId: AccountId
  /** Null: nobody has signed for the node, and its account is paid. */
  wallet: OwnerAddress | null
}

interface Held {
  readonly taskId: TaskId
  readonly epoch: number
  state: 'working' | 'committed'
  result: Result | null
  commitment: Commitment | null
  receipt: Envelope<'receipt'> | null
}

const heartbeatMs = 10_000
const progressMs = 8_000
/** That a data set has nothing left to spend on a round. */
const spentChance = 0.08

export class SimulatedNode {
  readonly identity: Identity
  conduct: Conduct
  readonly #around: Surroundings
  readonly #truth: Truth
  readonly #voice: Correspondent
  readonly #held = new Map<TaskId, Held>()
  /** The newest commitment of each task, also when its lease is over. */
  readonly #committed = new Map<TaskId, Commitment>()
  /** Of each round that it was told to train for. */
  readonly #updates = new Map<RoundId, InputOf<'update-received'>>()
  /** Those that it is at work on; a crash forgets them. */
  readonly #ordered = new Set<RoundId>()
  #isUp = true
  #isRegistering = false
  #isRegistered = false

  constructor(identity: Identity, conduct: Conduct, around: Surroundings, truth: Truth) {
    this.identity = identity
    this.conduct = conduct
    this.#around = around
    this.#truth = truth
    this.#voice = new Correspondent(identity.peerId, around)
  }

  start(): void {
    this.register()
    this.#voice.after(this.#around.chance.below(heartbeatMs), () => this.#beat())
  }

  register(): void {
    if (this.#isRegistering) return
    this.#isRegistering = true
    const { peerId, ownerId, wallet, name } = this.identity
    const expiresAtMs = 9_000_000_000_000
    const registration = { ...registrationOf(name), ...this.#place }
    if (wallet !== null) this.#truth.signed(peerId, wallet)
    const binding = wallet === null ? null : { owner: wallet, expiresAtMs }
    const input = { type: 'node-registered', peerId, ownerId, registration, binding } as const
    this.#voice.report(input, (reply) => {
      this.#isRegistering = false
      this.#isRegistered = reply.ok
    })
  }

  /** Somebody else has signed for the node, while it was at work. */
  bind(wallet: OwnerAddress): void {
    this.identity.wallet = wallet
    this.#isRegistered = false
    this.register()
  }

  crash(downMs: number): void {
    if (!this.#isUp) return
    this.#isUp = false
    this.#isRegistering = false
    this.#ordered.clear()
    this.#voice.endLife()
    this.#around.world.after(downMs, () => this.#comeBack())
  }

  /** From now on as a node should be. */
  reform(): void {
    this.conduct = honest
  }

  offered({ task_id: taskId, lease_epoch: epoch }: Offer): void {
    if (!this.#isUp) return
    const { chance } = this.#around
    const { peerId } = this.identity
    const known = this.#held.get(taskId)
    if (known !== undefined && known.epoch >= epoch) return
    const lease = { task_id: taskId, lease_epoch: epoch }
    if (chance.happens(this.conduct.declines)) {
      const answer = {
        ...lease,
        answer: 'decline' as const,
        reason: chance.pick(declineReasons),
        needs: null,
        has: null,
        retry_after_seconds: null,
      }
      this.#voice.report({ type: 'offer-answered', peerId, answer })
      return
    }
    const held: Held = {
      taskId,
      epoch,
      state: 'working',
      result: null,
      commitment: null,
      receipt: null,
    }
    this.#held.set(taskId, held)
    const answer = { ...lease, answer: 'accept' as const }
    this.#tell({ type: 'offer-answered', peerId, answer }, (reply) => {
      if (this.#held.get(taskId) !== held) return
      if (reply.ok) this.#begin(held)
      else this.#held.delete(taskId)
    })
  }

  withdrawn({ taskId, leaseEpoch }: EffectOf<'withdraw-lease'>): void {
    if (this.#isUp && this.#held.get(taskId)?.epoch === leaseEpoch) this.#held.delete(taskId)
  }

  askedToReveal({ taskId, leaseEpoch }: EffectOf<'ask-to-reveal'>): void {
    const held = this.#leased(taskId, leaseEpoch)
    if (held === null) return
    const [overheard] = this.#truth.overheard(taskId).receipts.values()
    const receipt = held.receipt ?? this.#asOwn(overheard, leaseEpoch)
    if (receipt !== null) this.#tell({ type: 'receipt-received', receipt })
  }

  askedForTrace({ taskId, leaseEpoch, level, index }: EffectOf<'ask-for-trace'>): void {
    const held = this.#leased(taskId, leaseEpoch)
    const trace = held?.result?.trace
    if (trace == null || this.conduct.traces === 'none') return
    const made: [Digest, Digest] = [this.#anyDigest(), this.#anyDigest()]
    const below = this.conduct.traces === 'true' ? trace.below(level, index) : made
    const { peerId } = this.identity
    this.#tell({ type: 'trace-answered', peerId, taskId, leaseEpoch, level, index, below })
  }

  askedForRerun({ taskId, checkpoint }: EffectOf<'ask-for-rerun'>): void {
    const program = this.#truth.works.get(taskId)?.program ?? null
    if (!this.#isUp || program === null) return
    const { peerId } = this.identity
    const leaf = traceOf(program, this.conduct.lie).leaf(checkpoint)
    if (leaf !== traceOf(program, null).leaf(checkpoint)) this.#truth.refereeLied(taskId, peerId)
    this.#voice.after(this.#around.chance.between(200, 5_000), () => {
      this.#tell({ type: 'rerun-answered', peerId, taskId, checkpoint, leaf })
    })
  }

  /** Asked again, it sends what it has, or is at work on it. */
  roundOpened({ round_id, task_id, model_in }: Round): void {
    const held = this.#isUp ? this.#held.get(task_id) : undefined
    if (held?.state !== 'working') return
    const made = this.#updates.get(round_id)
    if (made !== undefined) this.#tell(made)
    if (this.#ordered.has(round_id)) return
    this.#ordered.add(round_id)
    if (this.#around.chance.happens(spentChance)) {
      this.#held.delete(task_id)
      const lease = { peerId: this.identity.peerId, taskId: task_id, leaseEpoch: held.epoch }
      const why = { reason: 'nothing is left', code: 'budget_spent' } as const
      this.#tell({ type: 'run-failed', ...lease, ...why })
      return
    }
    const { chance } = this.#around
    const { peerId } = this.identity
    const tookMs = chance.between(500, 9_000) * this.conduct.slowness
    this.#voice.after(tookMs, () => {
      const isFalse = this.conduct.answer !== 'right'
      const update = {
        round_id,
        task_id,
        lease_epoch: held.epoch,
        base_model: isFalse && chance.happens(0.3) ? modelOf('another') : model_in,
        delta: modelOf(`delta ${peerId}`),
        delta_digest: this.#anyDigest(),
        examples: 10,
        privacy: null,
        trained_at_ms: 0,
      }
      const made = { type: 'update-received', peerId, update, objection: null } as const
      this.#updates.set(round_id, made)
      this.#tell(made)
      if (!isFalse) return
      const another = { ...update, delta_digest: this.#anyDigest() }
      this.#voice.mention({ ...made, update: another })
    })
  }

  /** As a correspondent does; some say it once more long after. */
  #tell(...told: Parameters<Correspondent['report']>): void {
    const { chance } = this.#around
    this.#voice.report(...told)
    if (!chance.happens(this.conduct.resends)) return
    this.#voice.after(chance.between(1_000, 60_000), () => this.#voice.mention(told[0]))
  }

  #begin(held: Held): void {
    const { chance } = this.#around
    const { peerId } = this.identity
    const former = this.#committed.get(held.taskId)
    if (former !== undefined && former.lease_epoch !== held.epoch) {
      // What was done under an older lease is worth nothing under this one.
      this.#voice.mention({ type: 'commitment-received', peerId, commitment: former })
    }
    if (chance.happens(this.conduct.vanishes)) return
    this.#progress(held)
    const work = this.#truth.works.get(held.taskId)!
    const isTraining = work.spec.task_type === 'federated_learning'
    // Nobody asked those who train for a result; some send one all the same.
    if (isTraining && this.conduct.answer === 'right') return
    const tookMs = chance.between(300, 15_000) * this.conduct.slowness
    this.#voice.after(this.conduct.isLate ? 33_000 : tookMs, () => this.#finish(held))
  }

  #progress(held: Held): void {
    if (this.conduct.isLate) return
    this.#voice.after(progressMs, () => {
      if (this.#held.get(held.taskId) !== held || held.state !== 'working') return
      const { peerId } = this.identity
      const lease = { task_id: held.taskId, lease_epoch: held.epoch }
      const progress = { ...lease, phase: 'running' as const, percent: null, gas: null }
      this.#voice.mention({ type: 'progress-reported', peerId, progress }, (reply) => {
        // Nobody waits for the lease any more.
        const isOver = !reply.ok && reply.code !== 'DISK_FULL'
        if (isOver && this.#held.get(held.taskId) === held) this.#held.delete(held.taskId)
      })
      this.#progress(held)
    })
  }

  #finish(held: Held): void {
    const { chance } = this.#around
    const { peerId } = this.identity
    const { taskId, epoch } = held
    if (this.#held.get(taskId) !== held || held.state !== 'working') return
    if (chance.happens(0.03)) {
      this.#held.delete(taskId)
      const lease = { peerId, taskId, leaseEpoch: epoch }
      this.#tell({ type: 'run-failed', ...lease, reason: 'out of memory', code: null })
      return
    }
    if (this.conduct.answer === 'copied') this.#copy(held)
    else this.#conclude(held)
    if (held.commitment === null) {
      this.#voice.after(3_000, () => this.#finish(held))
      return
    }
    held.state = 'committed'
    this.#commit(held)
  }

  #conclude(held: Held): void {
    const { peerId } = this.identity
    const work = this.#truth.works.get(held.taskId)!
    held.result = resultOf(work, this.conduct.lie)
    held.receipt = envelopeOf(peerId, receiptOf(work, held.epoch, held.result))
    held.commitment = commitmentOf(peerId, held.receipt.payload)
    const { isRight } = held.result
    this.#truth.committed(peerId, held.commitment.result_seal, { isRight, isCopied: false })
  }

  /** What others have shown is made one's own; what they have only committed to is parroted. */
  #copy(held: Held): void {
    const { peerId } = this.identity
    const { commitments, receipts } = this.#truth.overheard(held.taskId)
    const [shown] = receipts.values()
    const [committed] = commitments.values()
    held.receipt = this.#asOwn(shown, held.epoch)
    if (held.receipt !== null) held.commitment = commitmentOf(peerId, held.receipt.payload)
    else if (committed !== undefined) {
      const result_seal = this.#anyDigest()
      held.commitment = { ...committed, lease_epoch: held.epoch, result_seal }
    } else return
    const verdict = { isRight: false, isCopied: true }
    this.#truth.committed(peerId, held.commitment.result_seal, verdict)
  }

  #commit(held: Held): void {
    const { peerId } = this.identity
    const { commitment, receipt } = held
    this.#committed.set(held.taskId, commitment!)
    const { spec } = this.#truth.works.get(held.taskId)!
    if (receipt !== null && isAskedOnce(spec) && this.#around.chance.happens(0.7)) {
      this.#tell({ type: 'receipt-received', receipt }, (reply) => {
        if (!reply.ok && this.#held.get(held.taskId) === held) this.#held.delete(held.taskId)
      })
      return
    }
    this.#tell({ type: 'commitment-received', peerId, commitment: commitment! }, (reply) => {
      if (!reply.ok && this.#held.get(held.taskId) === held) this.#held.delete(held.taskId)
      if (reply.ok && this.conduct.showsEarly && receipt !== null) {
        this.#voice.mention({ type: 'receipt-received', receipt })
      }
    })
  }

  #asOwn(receipt: Receipt | undefined, epoch: number): Envelope<'receipt'> | null {
    if (receipt === undefined) return null
    return envelopeOf(this.identity.peerId, { ...receipt, lease_epoch: epoch })
  }

  #leased(taskId: TaskId, epoch: number): Held | null {
    const held = this.#held.get(taskId)
    return this.#isUp && held?.epoch === epoch ? held : null
  }

  #beat(): void {
    const { chance } = this.#around
    const { peerId } = this.identity
    const isTripped = this.conduct !== honest && chance.happens(0.05)
    const report = {
      ...telemetry,
      cpu_percent: chance.between(0, 100),
      latency_ms: chance.happens(0.1) ? null : chance.between(1, 300),
      breaker: { state: isTripped ? 'open' : 'closed', reason: null } as const,
    }
    this.#voice.mention({ type: 'heartbeat-received', peerId, telemetry: report }, (reply) => {
      if (!reply.ok && reply.code === 'NOT_FOUND') this.register()
    })
    this.#voice.after(heartbeatMs, () => this.#beat())
  }

  /** What was committed to is kept over a crash; what was being worked on may be lost. */
  #comeBack(): void {
    this.#isUp = true
    this.#beat()
    if (!this.#isRegistered) this.register()
    for (const held of [...this.#held.values()]) {
      if (held.state === 'committed') this.#commit(held)
      else if (this.#around.chance.happens(0.5)) this.#begin(held)
      else this.#held.delete(held.taskId)
    }
  }

  get #place(): Partial<Registration> {
    const name = this.identity.name
    const region = name.endsWith('3') ? 'us-east' : 'eu-west'
    const capabilities = registrationOf(name).capabilities
    const engines = {
      wasm_execution: engine,
      computation: engine,
      federated_learning: engine,
      zk_proof: engine,
    }
    return { region, capabilities: { ...capabilities, engines } }
  }

  #anyDigest(): Digest {
    const { chance } = this.#around
    let hex = ''
    while (hex.length < 64) hex += chance.bits().toString(16).padStart(8, '0')
    return hex as Digest
  }
}
