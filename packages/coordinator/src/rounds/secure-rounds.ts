// Secure rounds that are under way. Nodes speak and are answered when the next step is there; the
// core is told when a round has all the words that will come, or will come to nothing. What was
// said of a round is nowhere but in memory: a coordinator that was started anew begins such a round
// anew, with other keys.
import { type Mask, type Roster, secureRound } from '@vcp/learning'
import { createNativeVerify } from '@vcp/mesh'
import {
  type Outcome,
  type PeerId,
  pass,
  type Round,
  type RoundId,
  refuse,
  type SecureAnswer,
  type SecureAsk,
  type SecureStep,
} from '@vcp/protocol'
import type { Input } from '../core/inputs.ts'
import { askToTrain, awaitedOf } from '../core/rounds/ask-to-train.ts'
import type { RoundRecord } from '../core/rounds/round-record.ts'
import type { State } from '../core/state.ts'
import { assignmentOf, isOpen } from '../core/tasks/task-record.ts'
import type { Clock } from '../journal/clock.ts'
import { pause } from '../mesh/pause.ts'
import { type GatheringTimes, type IsThere, SecureGathering } from './secure-gathering.ts'

export interface OpenedRound {
  readonly masks: readonly Mask[]
  readonly roster: Roster
}

export interface SecureRoundsParts {
  readonly state: State
  readonly clock: Clock
  /** When this process began: what nodes said in a round before is not known here. */
  readonly startedAtMs: number
  tell(input: Input): Promise<Outcome<null>>
}

/** Why a round is begun anew. */
export const begunAnew = 'the coordinator was started anew in the middle of it'

/** Half of what a node waits for an answer. */
const patienceMs = 5_000
const troubleMs = 1_000
const stepMsMax = 30_000
const wordsMsMin = 60_000

interface UnderWay {
  readonly roundId: RoundId
  readonly gathering: SecureGathering
  /** Of the next step. */
  news: PromiseWithResolvers<void>
  cancelWake: (() => void) | null
  /** Whether the core is being told. */
  isTelling: boolean
}

export class SecureRounds {
  readonly #parts: SecureRoundsParts
  readonly #verify = createNativeVerify()
  readonly #underWay = new Map<RoundId, UnderWay>()
  readonly #stop = new AbortController()

  constructor(parts: SecureRoundsParts) {
    this.#parts = parts
  }

  /** What a node says of a round, and what it is to do next. */
  async hear(
    from: PeerId,
    { task_id: taskId, lease_epoch: leaseEpoch, round_id: roundId, said }: SecureAsk,
    signal: AbortSignal,
  ): Promise<Outcome<SecureAnswer>> {
    const { state } = this.#parts
    const record = state.rounds.get(roundId)
    if (record?.round.secure === undefined || !isUnderWay(record)) return over
    if (!record.round.participants.includes(from) || record.round.task_id !== taskId) return over
    // Later a lease may be over, of a node that is needed to open what it helped to hide.
    if (said.step === 'keys' && askToTrain(state, roundId, from)?.leaseEpoch !== leaseEpoch) {
      return over
    }
    if (this.#isForgotten(record, said.step)) {
      const told = await this.#lose(roundId, begunAnew, true)
      return told.ok ? over : told
    }
    const known = this.#underWay.get(roundId)
    const begun = known === undefined ? this.#begin(record) : pass(known)
    if (!begun.ok) return begun
    const { gathering } = begun.value
    const heard = gathering.hear(from, said)
    if (!heard.ok) return heard
    return this.#answer(begun.value, () => gathering.next(from, said.step), signal)
  }

  /** Whether words of this node would be taken. */
  awaitsWords(roundId: RoundId, peer: PeerId): boolean {
    return this.#underWay.get(roundId)?.gathering.awaitsWords(peer) ?? false
  }

  /** False of a round that was begun by another process: nothing of it can be opened. */
  knows(roundId: RoundId): boolean {
    return this.#underWay.has(roundId)
  }

  /** The masks on the sum of a round that was closed. Refuses with `INTERRUPTED` at the close. */
  async open({ round, updates }: RoundRecord): Promise<Outcome<OpenedRound>> {
    const each = this.#underWay.get(round.round_id)
    if (each === undefined) return over
    const { gathering } = each
    if (gathering.isTakingUpdates) {
      gathering.closeWords(updates.keys(), this.#parts.clock.nowMs())
      announce(each)
    }
    for (;;) {
      this.#settle(each)
      const { end, roster } = gathering
      if (this.#stop.signal.aborted) return refuse('INTERRUPTED', 'the coordinator is stopping')
      if (end?.ok === false) return end
      if (end !== null && roster !== null) return pass({ masks: end.value, roster })
      await each.news.promise
    }
  }

  close(): void {
    this.#stop.abort()
    for (const each of this.#underWay.values()) this.#forget(each)
  }

  #begin({ round }: RoundRecord): Outcome<UnderWay> {
    const { state } = this.#parts
    for (const each of this.#underWay.values()) {
      if (!isUnderWay(state.rounds.get(each.roundId))) this.#forget(each)
    }
    const { round_id: roundId, participants: members } = round
    const spec = state.tasks.get(round.task_id)?.spec
    if (spec?.task_type !== 'federated_learning') return over
    const asked = secureRound({ roundId, members, verify: this.#verify }, spec.inputs)
    if (!asked.ok) return asked
    const gathering = new SecureGathering(asked.value, members, timesOf(round))
    const news = Promise.withResolvers<void>()
    const each = { roundId, gathering, news, cancelWake: null, isTelling: false }
    this.#underWay.set(roundId, each)
    return pass(each)
  }

  #forget(each: UnderWay): void {
    each.cancelWake?.()
    each.gathering.fail(over)
    each.news.resolve()
    this.#underWay.delete(each.roundId)
  }

  /** Whether a node has come further than anybody here knows. */
  #isForgotten({ round, updates }: RoundRecord, step: SecureStep): boolean {
    if (round.opened_at_ms > this.#parts.startedAtMs) return false
    const known = this.#underWay.get(round.round_id)?.gathering.step
    if (known !== undefined && known !== 'keys') return false
    return step !== 'keys' || updates.size > 0 || round.state !== 'open'
  }

  /** The answer once it is there, or that it is not; nobody is kept waiting for long. */
  async #answer(
    each: UnderWay,
    next: () => Outcome<SecureAnswer> | null,
    signal: AbortSignal,
  ): Promise<Outcome<SecureAnswer>> {
    const answered = new AbortController()
    const until = AbortSignal.any([signal, this.#stop.signal, answered.signal])
    let isTired = false
    const tired = pause(this.#parts.clock, patienceMs, until).then(() => {
      isTired = true
    })
    try {
      for (;;) {
        this.#settle(each)
        const answer = next()
        if (answer !== null) return answer
        if (isTired) return pass({ next: 'wait' })
        await Promise.race([each.news.promise, tired])
      }
    } finally {
      answered.abort()
    }
  }

  /** Goes on as far as what has been said allows, and comes back when time alone does. */
  #settle(each: UnderWay): void {
    const { state, clock } = this.#parts
    const { roundId, gathering } = each
    const record = state.rounds.get(roundId)
    if (this.#stop.signal.aborted) return
    if (record === undefined || !isUnderWay(record)) {
      this.#forget(each)
      return
    }
    const nowMs = clock.nowMs()
    const isThere = this.#whoIsThere(record)
    const before = gathering.step
    for (let last: string | null = null; last !== gathering.step; ) {
      last = gathering.step
      gathering.advance(nowMs, isThere)
    }
    if (gathering.step !== before) announce(each)
    if (record.round.state === 'open') void this.#tellCore(each, nowMs, isThere)
    each.cancelWake?.()
    each.cancelWake = null
    if (gathering.step === 'over') return
    const waitMs = Math.max(troubleMs, gathering.untilMs - nowMs)
    each.cancelWake = clock.after(waitMs, () => this.#settle(each))
  }

  /** While a round is open, whose update is awaited; then, who still has a lease. */
  #whoIsThere(record: RoundRecord): IsThere {
    const { state } = this.#parts
    if (record.round.state === 'open') {
      const awaited = new Set(awaitedOf(state, record))
      return (peer) => awaited.has(peer)
    }
    const task = state.tasks.get(record.round.task_id)
    return (peer) => {
      const assignment = task === undefined ? undefined : assignmentOf(task, peer)
      return assignment !== undefined && isOpen(assignment)
    }
  }

  /** That words are not waited for any more, or that there will be none. */
  async #tellCore(each: UnderWay, nowMs: number, isThere: IsThere): Promise<void> {
    const { roundId, gathering } = each
    const { end } = gathering
    const isLost = end?.ok === false
    if (each.isTelling || !(isLost || gathering.isWhole(nowMs, isThere))) return
    each.isTelling = true
    if (isLost) await this.#lose(roundId, end.reason, false)
    else await this.#parts.tell({ type: 'words-ended', roundId })
    each.isTelling = false
  }

  #lose(roundId: RoundId, reason: string, isOurs: boolean): Promise<Outcome<null>> {
    const why = reason.slice(0, 500).toWellFormed()
    return this.#parts.tell({ type: 'round-lost', roundId, reason: why, isOurs })
  }
}

const over = refuse('ROUND_CLOSED', 'the round takes nothing from this node any more')

function isUnderWay(record: RoundRecord | undefined): boolean {
  return record?.round.state === 'open' || record?.round.state === 'aggregating'
}

/** Tells all who wait to look again. */
function announce(each: UnderWay): void {
  const { news } = each
  each.news = Promise.withResolvers()
  news.resolve()
}

/** Training takes what it takes; what comes after it has its share of the round. */
function timesOf(round: Pick<Round, 'opened_at_ms' | 'closes_at_ms'>): GatheringTimes {
  const { opened_at_ms: fromMs, closes_at_ms: untilMs } = round
  const eighthMs = (untilMs - fromMs) / 8
  return {
    keysUntilMs: untilMs - 3 * eighthMs,
    stepMs: Math.min(stepMsMax, eighthMs),
    wordsMs: Math.max(wordsMsMin, 2 * eighthMs),
  }
}
