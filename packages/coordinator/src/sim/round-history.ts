// What the journal says of rounds, held against the promises.
import type { LedgerEventType, Round, RoundId, TaskId } from '@vcp/protocol'
import type { Entry, EventOf } from '../core/entry.ts'
import { promise } from './broken-promise.ts'
import type { TaskHistory } from './task-history.ts'

type Reading<Type extends LedgerEventType> = (event: EventOf<Type>) => void

export class RoundHistory {
  /** Hidden: how many came to a model, and how many were begun anew through no fault of theirs. */
  readonly secure = { finalised: 0, excused: 0 }
  readonly #tasks: ReadonlyMap<TaskId, TaskHistory>
  /** As they were opened, and how many updates each has taken. */
  readonly #rounds = new Map<RoundId, { readonly round: Round; peers: number }>()
  /** Updates that were taken, and rounds that are final. */
  readonly #once = new Set<string>()

  constructor(tasks: ReadonlyMap<TaskId, TaskHistory>) {
    this.#tasks = tasks
  }

  read({ event }: Entry): void {
    const reading = this.#readings[event.type] as Reading<LedgerEventType> | undefined
    reading?.(event)
  }

  /** A training that failed for its rounds has lost as many as it says. */
  assertCounted(taskId: TaskId, reason: string): void {
    const [, said] = /^(\d+) rounds in a row/.exec(reason) ?? []
    if (said === undefined) return
    const { roundsLost } = this.#tasks.get(taskId)!
    const isRight = Number(said) === roundsLost
    promise(isRight, () => `training ${taskId} failed for ${said} rounds, and lost ${roundsLost}`)
  }

  readonly #readings: { readonly [Type in LedgerEventType]?: Reading<Type> } = {
    'round-opened': ({ round }) => {
      this.#rounds.set(round.round_id, { round, peers: 0 })
    },
    'update-accepted': ({ peer_id, update, counts_in }) => {
      this.#firstTime(`made for ${update.round_id} ${peer_id}`)
      this.#firstTime(`update ${counts_in ?? update.round_id} ${peer_id}`)
      this.#assertFresh(update.round_id, counts_in ?? update.round_id)
    },
    'round-closed': ({ round_id }) => {
      const { round, peers } = this.#rounds.get(round_id)!
      const { isBuffered } = this.#tasks.get(round.task_id)!
      promise(peers >= round.updates_min, () => `round ${round_id} is closed with ${peers} updates`)
      promise(!isBuffered || peers === round.updates_min, 'a buffer is more than full')
    },
    'round-finalised': ({ round, contributions }) => {
      this.#firstTime(`final ${round.round_id}`)
      const task = this.#tasks.get(round.task_id)!
      task.roundsDone += 1
      task.roundsLost = 0
      for (const { peer_id, left_out, points } of contributions) {
        const isIn = this.#once.has(`update ${round.round_id} ${peer_id}`)
        promise(isIn, () => `${peer_id} has a part in a round it sent nothing for`)
        promise(points > 0 === (left_out === null), () => `${peer_id} has points for nothing`)
        task.points.set(peer_id, (task.points.get(peer_id) ?? 0) + points)
      }
      if (!task.isSecure) return
      this.secure.finalised += 1
      const isSaid = round.secure?.roster != null && round.secure.nodes >= contributions.length
      promise(isSaid, () => `round ${round.round_id} does not say among whom it was hidden`)
    },
    'round-abandoned': ({ round_id, excused }) => {
      const { round } = this.#rounds.get(round_id)!
      promise(!this.#once.has(`final ${round_id}`), () => `round ${round_id} is final, and lost`)
      const task = this.#tasks.get(round.task_id)!
      if (excused === undefined) task.roundsLost += 1
      else {
        promise(task.isSecure, () => `round ${round_id} hides nothing, and nobody is to blame`)
        this.secure.excused += 1
      }
    },
  }

  /** A buffer takes what is of its own training, and not too old. */
  #assertFresh(madeFor: RoundId, countsIn: RoundId): void {
    const made = this.#rounds.get(madeFor)!.round
    const taking = this.#rounds.get(countsIn)!
    taking.peers += 1
    const { isBuffered, stalenessMax } = this.#tasks.get(made.task_id)!
    promise(isBuffered || madeFor === countsIn, 'an update counts in another round than its own')
    promise(made.task_id === taking.round.task_id, 'an update counts in another training')
    const age = taking.round.number - made.number
    promise(age >= 0 && age <= stalenessMax, () => `an update is taken that is ${age} rounds old`)
  }

  #firstTime(key: string): void {
    promise(!this.#once.has(key), `twice: ${key}`)
    this.#once.add(key)
  }
}
