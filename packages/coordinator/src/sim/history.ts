// The journal read by somebody who trusts nobody: it is compared with the promises, entry by entry,
// without asking the core what it made of it.
import {
  type AccountId,
  type EvidenceLevel,
  isAskedOnce,
  type LedgerAccount,
  type LedgerEventType,
  type PeerId,
  type TaskId,
  type TaskSpec,
} from '@vcp/protocol'
import type { Entry, EventOf } from '../core/entry.ts'
import { promise } from './broken-promise.ts'
import { RoundHistory } from './round-history.ts'
import { type Copy, honestMajority, type TaskHistory } from './task-history.ts'
import type { Truth } from './truth.ts'
import { isRightOutput } from './work.ts'

type Lease = Pick<EventOf<'lease-renewed'>, 'task_id' | 'peer_id' | 'lease_epoch'>

type Reading<Type extends LedgerEventType> = (event: EventOf<Type>, entry: Entry) => void

export class History {
  readonly tasks = new Map<TaskId, TaskHistory>()
  readonly levels = { signed: 0, replicated: 0, refereed: 0, proved: 0 }
  readonly #truth: Truth
  readonly #payees = new Map<PeerId, { ownerId: AccountId; wallet: string | null }>()
  /** What may be only once. */
  readonly #once = new Set<string>()
  readonly rounds = new RoundHistory(this.tasks)
  /** Nodes that said of a lease that nothing will come of it, or that are gone. */
  readonly #excused = new Set<string>()

  constructor(truth: Truth) {
    this.#truth = truth
  }

  excuse(peerId: PeerId, taskId: TaskId | null): void {
    this.#excused.add(taskId === null ? peerId : `${peerId} ${taskId}`)
  }

  read(entry: Entry): void {
    const reading = this.#readings[entry.event.type] as Reading<LedgerEventType> | undefined
    reading?.(entry.event, entry)
    this.rounds.read(entry)
  }

  readonly #readings: { readonly [Type in LedgerEventType]?: Reading<Type> } = {
    'node-registered': ({ peer_id, owner_id }) => {
      const known = this.#payees.get(peer_id)
      if (known === undefined) this.#payees.set(peer_id, { ownerId: owner_id, wallet: null })
    },
    'node-bound': ({ peer_id, owner }) => {
      this.#payees.get(peer_id)!.wallet = owner
    },
    'node-removed': ({ peer_id }) => {
      this.#payees.delete(peer_id)
    },
    'task-submitted': ({ task_id, task }) => {
      promise(!this.tasks.has(task_id), `task ${task_id} is submitted twice`)
      this.tasks.set(task_id, {
        taskId: task_id,
        ...trainingOf(task),
        rewardMicro: task.reward_micro,
        isAskedOnce: isAskedOnce(task),
        isToBeProved: task.verification.level === 'proved',
        roundsDone: 0,
        roundsLost: 0,
        points: new Map(),
        epoch: 0,
        copies: new Map(),
        firstShown: Number.POSITIVE_INFINITY,
        released: [],
        ended: null,
        referee: null,
        parties: [],
      })
    },
    'assignment-offered': (event) => {
      const task = this.#live(event.task_id, 'a node is offered it')
      const { peer_id: peerId, lease_epoch: epoch } = event
      promise(epoch === task.epoch + 1, `a lease epoch of task ${task.taskId} is used again`)
      task.epoch = epoch
      const operator = this.#truth.operators.get(peerId) ?? peerId
      const isAlone = [...task.copies.values()].every(
        (each) => each.state !== 'open' || each.operator !== operator,
      )
      promise(isAlone, () => `task ${task.taskId} is with one operator twice at a time`)
      const leaseEndsAtMs = event.lease_ends_at_ms
      const copy: Copy = {
        peerId,
        epoch,
        operator,
        leaseEndsAtMs,
        state: 'open',
        seal: null,
        committedIndex: null,
      }
      task.copies.set(epoch, copy)
    },
    'assignment-accepted': (event) => this.#renewed(event),
    'lease-renewed': (event) => this.#renewed(event),
    'assignment-declined': (event) => {
      this.#ended(event, 'ended')
    },
    'assignment-ended': (event, { atMs }) => {
      const copy = this.#ended(event, event.state === 'lost' ? 'lost' : 'ended')
      if (event.state !== 'lost') return
      const { peer_id, task_id } = event
      // Unknown is not dead: nobody is given up for silence before the lease is over.
      const isOver = copy.leaseEndsAtMs <= atMs
      const isExcused = this.#excused.has(peer_id) || this.#excused.has(`${peer_id} ${task_id}`)
      const isParty = this.tasks.get(task_id)!.parties.includes(peer_id)
      promise(
        isOver || isExcused || isParty,
        () => `lease ${copy.epoch} of ${peer_id} is cut short`,
      )
    },
    'result-committed': ({ peer_id, commitment }, { index }) => {
      const task = this.#live(commitment.task_id, 'somebody commits to a result of it')
      const copy = this.#open(task, peer_id, commitment.lease_epoch)
      promise(copy.seal === null, `${peer_id} commits twice`)
      copy.seal = commitment.result_seal
      copy.committedIndex = index
      copy.leaseEndsAtMs = Number.POSITIVE_INFINITY
    },
    'receipt-revealed': ({ receipt }, { index }) => {
      const { task_id, lease_epoch } = receipt.payload
      const task = this.#live(task_id, 'somebody shows a result of it')
      const copy = this.#open(task, receipt.peer_id, lease_epoch)
      promise(copy.seal !== null, `${receipt.peer_id} shows what it has not committed to`)
      const wasAsked = copy.leaseEndsAtMs !== Number.POSITIVE_INFINITY
      promise(
        wasAsked || task.isAskedOnce,
        `${receipt.peer_id} shows its result before anybody has asked`,
      )
      copy.leaseEndsAtMs = Number.POSITIVE_INFINITY
      task.firstShown = Math.min(task.firstShown, index)
    },
    'receipt-validated': (event) => {
      const task = this.#live(event.task_id, 'a result of it is accepted')
      const copy = this.#ended(event, 'validated')
      if (task.isTraining) return
      const { isCopied } = this.#truth.verdictOn(copy.peerId, copy.seal!)
      promise(!isCopied, () => `${copy.peerId} has copied, and is accepted`)
    },
    'receipt-rejected': (event) => {
      this.#ended(event, 'rejected')
    },
    'dispute-opened': ({ task_id, one, other }) => {
      const task = this.#live(task_id, 'two dispute it')
      task.parties = [one, other]
      task.referee = null
    },
    'referee-chosen': ({ task_id, peer_id }) => {
      const task = this.#live(task_id, 'a referee is chosen')
      task.referee = peer_id
      const operators = [...task.parties, peer_id].map((each) => this.#payeeOf(each))
      promise(operators.indexOf(operators[2]!) === 2, `${peer_id} referees its own operator`)
    },
    'dispute-settled': ({ task_id, loser }) => {
      const task = this.#live(task_id, 'a dispute over it is settled')
      const held = [...task.copies.values()].findLast(({ peerId }) => peerId === loser)!
      const { isRight } = this.#truth.verdictOn(loser, held.seal!)
      const lied = task.referee !== null && this.#truth.isLyingReferee(task_id, task.referee)
      promise(!isRight || lied, () => `${loser} was right, and loses a dispute over ${task_id}`)
    },
    'credits-moved': (event) => this.#moved(event),
    'task-completed': (event) => this.#completed(event),
    'task-failed': ({ task_id, reason }) => {
      this.#gaveUp(task_id, 'failed')
      const isPublic = reason.includes('was public')
      promise(!isPublic, () => `task ${task_id} failed: a result was shown too early`)
      this.rounds.assertCounted(task_id, reason)
    },
    'task-cancelled': ({ task_id }) => {
      this.#gaveUp(task_id, 'cancelled')
    },
    'recheck-ordered': ({ task_id, recheck_id }) => {
      this.#firstTime(`recheck ${task_id}`)
      this.#live(recheck_id, 'it is to check another')
      const isEnded = this.tasks.get(task_id)?.ended === 'completed'
      promise(isEnded, () => `task ${task_id} has no result, and is checked again`)
    },
  }

  #renewed(event: Lease & { readonly lease_ends_at_ms: number }): void {
    const task = this.#live(event.task_id, 'a lease of it is renewed')
    const copy = this.#open(task, event.peer_id, event.lease_epoch)
    copy.leaseEndsAtMs = event.lease_ends_at_ms
  }

  #ended({ task_id, peer_id, lease_epoch }: Lease, state: Copy['state']): Copy {
    const task = this.#live(task_id, 'an assignment of it ends')
    const copy = this.#open(task, peer_id, lease_epoch)
    copy.state = state
    return copy
  }

  #moved({ from, to, amount_micro, reason, task_id }: EventOf<'credits-moved'>): void {
    if (reason !== 'released') return
    const task = this.#live(task_id!, 'credit is released for it')
    promise(from.kind === 'escrow' && from.task_id === task_id, 'credit is released from nowhere')
    task.released.push({ payee: payeeKey(to), amountMicro: amount_micro })
  }

  #completed({ task_id, level, output }: EventOf<'task-completed'>): void {
    const task = this.#end(task_id, 'completed')
    this.levels[level] += 1
    const validated = [...task.copies.values()].filter(({ state }) => state === 'validated')
    if (task.isTraining) {
      promise(level === 'signed', `a training is ${level}`)
      this.#assertTrainersPaid(task)
      const hasPart = validated.every(({ peerId }) => (task.points.get(peerId) ?? 0) > 0)
      promise(hasPart, () => `training ${task_id}: who has no part in it is accepted`)
      return
    }
    this.#assertPaid(task, validated)
    promise(validated.length > 0, `task ${task_id} is completed, and nobody's result is accepted`)
    if (level === 'replicated') this.#assertReplicated(task, validated)
    const isProved = level === 'proved'
    promise(isProved || !task.isToBeProved, `task ${task_id} is to be proved, and is ${level}`)
    promise(!isProved || isRightOutput(output), `task ${task_id} is proved, and wrong`)
    if (!isRightOutput(output)) this.#assertExcusable(task, level)
  }

  /** Each result that was accepted is paid once, and nothing else is. */
  #assertPaid({ taskId, rewardMicro, released }: TaskHistory, validated: readonly Copy[]): void {
    const owed = validated.map(({ peerId }) => this.#payeeOf(peerId))
    const paid = released.map(({ payee }) => payee)
    const sum = released.reduce((total, { amountMicro }) => total + amountMicro, 0)
    promise(sum <= rewardMicro, `task ${taskId}: ${sum} released of ${rewardMicro}`)
    if (rewardMicro < owed.length) return
    const isEach = owed.sort().join() === paid.sort().join()
    promise(isEach, () => `task ${taskId}: paid are ${paid}, owed is ${owed}`)
    promise(owed.length === 0 || sum === rewardMicro, `task ${taskId}: not all is released`)
  }

  /** For the rounds that there were, each node of each owner by its part; within a millionth. */
  #assertTrainersPaid(task: TaskHistory): void {
    const { taskId, rewardMicro, rounds, roundsDone, points, released } = task
    promise(roundsDone > 0, `training ${taskId} is complete without a round`)
    const earned = (rewardMicro * roundsDone) / rounds
    const owed = new Map<string, number>()
    const nodes = [...points].filter(([peerId, own]) => own > 0 && this.#payees.has(peerId))
    const all = nodes.reduce((total, [, own]) => total + own, 0)
    for (const [peerId, own] of nodes) {
      const payee = this.#payeeOf(peerId)
      owed.set(payee, (owed.get(payee) ?? 0) + (earned * own) / all)
    }
    const sum = released.reduce((total, { amountMicro }) => total + amountMicro, 0)
    const expected = nodes.length === 0 ? 0 : Math.floor(earned + 1e-9)
    promise(sum === expected, () => `training ${taskId}: ${sum} released, of ${expected} earned`)
    for (const [payee, share] of owed) {
      const paid = released.filter((each) => each.payee === payee)
      const got = paid.reduce((total, { amountMicro }) => total + amountMicro, 0)
      const isFair = Math.abs(got - share) <= nodes.length + 1
      promise(isFair, () => `training ${taskId}: ${payee} got ${got}, owed is ${share}`)
    }
  }

  #assertReplicated({ taskId, firstShown }: TaskHistory, validated: readonly Copy[]): void {
    const operators = new Set(validated.map(({ peerId }) => this.#truth.operators.get(peerId)))
    const isDistinct = operators.size === validated.length && operators.size > 1
    promise(isDistinct, `task ${taskId} is replicated by one operator`)
    const isBefore = validated.every(({ committedIndex }) => committedIndex! < firstShown)
    promise(isBefore, `task ${taskId} is replicated by who had seen the result`)
  }

  /** A wrong result may only pass where those who lie are no minority. */
  #assertExcusable(task: TaskHistory, level: EvidenceLevel): void {
    if (level === 'signed') return
    const { taskId } = task
    promise(!honestMajority(task, this.#truth), `task ${taskId} is ${level}, and wrong`)
  }

  #gaveUp(taskId: TaskId, as: 'failed' | 'cancelled'): void {
    const task = this.#end(taskId, as)
    promise(task.released.length === 0, `task ${taskId} has ${as}, and somebody was paid`)
  }

  #end(taskId: TaskId, as: NonNullable<TaskHistory['ended']>): TaskHistory {
    const task = this.#live(taskId, `it has ${as}`)
    task.ended = as
    const open = [...task.copies.values()].filter(({ state }) => state === 'open')
    promise(open.length === 0, `task ${taskId} has ended, and ${open.length} still work on it`)
    return task
  }

  #live(taskId: TaskId, what: string): TaskHistory {
    const task = this.tasks.get(taskId)
    promise(task !== undefined, `task ${taskId} is unknown, and ${what}`)
    promise(task.ended === null, () => `task ${taskId} has ${task.ended} already, and ${what}`)
    return task
  }

  #open(task: TaskHistory, peerId: PeerId, epoch: number): Copy {
    const copy = task.copies.get(epoch)
    const isOpen = copy?.peerId === peerId && copy.state === 'open'
    promise(isOpen, () => `lease ${epoch} of task ${task.taskId} is over, or not of ${peerId}`)
    return copy
  }

  #firstTime(key: string): void {
    promise(!this.#once.has(key), `twice: ${key}`)
    this.#once.add(key)
  }

  #payeeOf(peerId: PeerId): string {
    const { ownerId, wallet } = this.#payees.get(peerId)!
    return wallet ?? ownerId
  }
}

function trainingOf(task: TaskSpec) {
  if (task.task_type !== 'federated_learning') {
    return { isTraining: false, isBuffered: false, isSecure: false, stalenessMax: 0, rounds: 0 }
  }
  const { rounds, strategy, server, secure_aggregation: isSecure } = task.inputs
  const isBuffered = strategy === 'fedbuff'
  return { isTraining: true, isBuffered, isSecure, stalenessMax: server.staleness_max, rounds }
}

function payeeKey(account: LedgerAccount): string {
  if (account.kind === 'owner') return account.address
  return account.kind === 'account' ? account.account_id : account.kind
}
