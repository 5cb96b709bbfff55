// Rounds outside the core: whether a training can be taken, what its updates have to look like, and
// the putting together of those that came. Heavy work is done in a process of its own, which is
// there only while there is any.
import { createAggregator } from '@vcp/learning'
import type { BlobStore } from '@vcp/mesh'
import { type RoundId, VcpError } from '@vcp/protocol'
import type { Effect } from '../core/effects.ts'
import type { Input } from '../core/inputs.ts'
import type { Clock } from '../journal/clock.ts'
import type { Loop } from '../loop/loop.ts'
import { pause } from '../mesh/pause.ts'
import { createExaminations, type Examinations } from './examinations.ts'
import { putTogether } from './put-together.ts'
import { SecureRounds } from './secure-rounds.ts'

export interface RoundDesk extends Examinations, Pick<SecureRounds, 'hear'> {
  carryOut(effect: Effect): void
  close(): Promise<void>
}

export interface RoundDeskParts {
  readonly loop: Pick<Loop, 'state' | 'tell'>
  readonly store: BlobStore
  readonly clock: Clock
  readonly secret: Uint8Array
  /** When this process began. */
  readonly startedAtMs: number
}

/** The process that aggregates stays for the next round of a quick training. */
const idleMs = 60_000
const troubleMs = 5_000

export function createRoundDesk(given: RoundDeskParts): RoundDesk {
  const { loop, store, clock, secret, startedAtMs } = given
  const { state } = loop
  const stop = new AbortController()
  const underWay = new Map<RoundId, Promise<void>>()
  const aggregator = createAggregator({ idleMs })
  const tell = (input: Input) => loop.tell(input)
  const secure = new SecureRounds({ state, clock, startedAtMs, tell })
  const parts = { state, store, aggregator, secret, secure }

  async function carryOutRound(roundId: RoundId): Promise<void> {
    for (;;) {
      const record = state.rounds.get(roundId)
      if (record?.round.state !== 'aggregating' || stop.signal.aborted) return
      const input = await troubleless(() => putTogether(parts, record))
      if (input === null || (input !== 'trouble' && (await isTold(input)))) return
      await pause(clock, troubleMs, stop.signal)
    }
  }

  /** A disk that is full is no reason to lose what nodes have done: it is tried again. */
  async function troubleless(work: () => Promise<Input | null>): Promise<Input | null | 'trouble'> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof VcpError) return 'trouble'
      throw error
    }
  }

  async function isTold(input: Input): Promise<boolean> {
    const told = await loop.tell(input)
    return told.ok || (told.code !== 'DISK_FULL' && told.code !== 'OVERLOADED')
  }

  return {
    ...createExaminations(parts),
    hear: (from, ask, signal) => secure.hear(from, ask, signal),
    carryOut(effect) {
      if (effect.type !== 'aggregate-round' || stop.signal.aborted) return
      const { roundId } = effect
      if (underWay.has(roundId)) return
      const work = carryOutRound(roundId).finally(() => underWay.delete(roundId))
      underWay.set(roundId, work)
    },
    async close() {
      stop.abort(new VcpError('COORDINATOR_STOPPING'))
      secure.close()
      await aggregator.close()
      await Promise.allSettled(underWay.values())
    },
  }
}
