// FedBuff (Nguyen et al. 2022): no rounds; when enough updates have come, the model moves. Old ones
// weigh less.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { addTo, type Row } from './vector.ts'

export interface Buffering {
  /** Updates that make a step. */
  readonly size: number
  readonly learningRate: number
  /** Steps since the model that an update was made from; more, and it is dropped. */
  readonly stalenessMax: number
}

export interface Buffer {
  readonly held: number
  /** Takes an update; gives what to add to the weights when the buffer is full, null before. */
  take(update: Row, staleness: number): Outcome<Row | null>
}

/** What an update weighs that is `staleness` steps old: a fresh one weighs 1. */
export function stalenessWeight(staleness: number): number {
  return 1 / Math.sqrt(1 + staleness)
}

export function updateBuffer(length: number, how: Buffering): Buffer {
  let sum = new Float64Array(length)
  let held = 0
  return {
    get held() {
      return held
    },
    take(update, staleness) {
      if (!Number.isSafeInteger(staleness) || staleness < 0) {
        return refuse('INVALID', `${staleness} is no number of steps`)
      }
      if (staleness > how.stalenessMax) {
        const most = `at most ${how.stalenessMax} are taken`
        return refuse('ROUND_CLOSED', `the update is ${staleness} steps old; ${most}`)
      }
      addTo(sum, update, (how.learningRate / how.size) * stalenessWeight(staleness))
      held += 1
      if (held < how.size) return pass(null)
      const step = sum
      sum = new Float64Array(length)
      held = 0
      return pass(step)
    },
  }
}
