// A coordinator as an agent sees it: gives leases, takes reports, asks for results, and says of
// every report whether it is wanted. It keeps what it was told, for promises to be held against it.
import {
  isAskedOnce,
  type Offer,
  type OfferAnswer,
  type Outcome,
  pass,
  type Report,
  refuse,
} from '@vcp/protocol'
import { offerOf, taskForOne } from '../core/testing/samples.ts'
import { promise } from './broken-promise.ts'

type Stage = 'offered' | 'accepted' | 'declined' | 'committed' | 'asked' | 'revealed' | 'over'

export interface Given {
  readonly logKey: string
  readonly offer: Offer
  readonly atMs: number
  /** What the agent answered, whenever it did. */
  answer: string | null
  stage: Stage
}

export class SimulatedCoordinator {
  readonly logKey: string
  readonly given: Given[] = []
  readonly #firstTask: number
  #tasks = 0

  constructor(logKey: string, firstTask: number) {
    this.logKey = logKey
    this.#firstTask = firstTask
  }

  /** A task of its own, or one that it has given before, under a new lease. */
  give(atMs: number, again: Given | undefined): Given {
    const newest = again === undefined ? 0 : again.offer.lease_epoch
    const number = again === undefined ? this.#firstTask + ++this.#tasks : this.#numberOf(again)
    for (const each of this.given) {
      if (each.offer.task_id === again?.offer.task_id) each.stage = 'over'
    }
    const usual = offerOf(number, newest + 1, atMs + 10_000)
    const offer = number % 3 === 0 ? { ...usual, task: taskForOne } : usual
    const given: Given = { logKey: this.logKey, offer, atMs, answer: null, stage: 'offered' }
    this.given.push(given)
    this.#numbers.set(offer.task_id, number)
    return given
  }

  readonly #numbers = new Map<string, number>()

  #numberOf({ offer }: Given): number {
    return this.#numbers.get(offer.task_id)!
  }

  /** The newest lease of each task. */
  newest(): Given[] {
    const byTask = new Map(this.given.map((each) => [each.offer.task_id, each]))
    return [...byTask.values()]
  }

  answered(given: Given, answer: OfferAnswer): void {
    const text = JSON.stringify(answer)
    const { task_id, lease_epoch } = given.offer
    promise(
      given.answer === null || given.answer === text,
      `lease ${lease_epoch} of ${task_id} was answered ${given.answer}, and then ${text}`,
    )
    given.answer = text
    if (given.stage === 'offered') {
      given.stage = answer.answer === 'accept' ? 'accepted' : 'declined'
    }
  }

  /** What becomes of a report here; the same one may come many times. */
  take(report: Report): Outcome<null> {
    if (report.report === 'rerun') return pass(null)
    const ids = report.report === 'signed' ? report.envelope.payload : report
    const given = this.given.find(({ offer }) => {
      const lease = ids as { readonly task_id: string; readonly lease_epoch: number }
      return offer.task_id === lease.task_id && offer.lease_epoch === lease.lease_epoch
    })
    promise(given !== undefined, `a report of a lease that ${this.logKey} never gave`)
    if (given.stage === 'over') return refuse('LEASE_STALE', 'it is over')
    promise(given.stage !== 'declined', 'a report of a lease that was declined')
    if (report.report === 'run-failed') {
      promise(['offered', 'accepted'].includes(given.stage), 'a result, and then a failure')
      given.stage = 'over'
    } else if (report.envelope.type === 'commitment') {
      if (['offered', 'accepted'].includes(given.stage)) given.stage = 'committed'
    } else {
      const wasAsked = given.stage === 'asked' || given.stage === 'revealed'
      const isAlone = isAskedOnce(given.offer.task)
      promise(wasAsked || isAlone, 'shown before it was asked')
      given.stage = 'revealed'
    }
    return pass(null)
  }
}
