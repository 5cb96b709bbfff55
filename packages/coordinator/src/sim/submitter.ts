// Somebody with work: submits, submits again because no answer came, changes their mind.
import type { AccountId } from '@vcp/protocol'
import type { Input } from '../core/inputs.ts'
import { Correspondent, type Surroundings } from './correspondent.ts'
import type { Truth } from './truth.ts'
import { newWork, type Work } from './work.ts'

export class Submitter {
  readonly ownerId: AccountId
  readonly #around: Surroundings
  readonly #truth: Truth
  readonly #voice: Correspondent

  constructor(ownerId: AccountId, around: Surroundings, truth: Truth) {
    this.ownerId = ownerId
    this.#around = around
    this.#truth = truth
    this.#voice = new Correspondent(`submitter ${ownerId}`, around)
  }

  /** Opens the account and asks for credit; both once, for an issue is not a thing to repeat. */
  open(creditMicro: number): void {
    const { ownerId } = this
    this.#voice.report({ type: 'account-opened', accountId: ownerId }, () => {
      const input = {
        type: 'credits-issued',
        accountId: ownerId,
        amountMicro: creditMicro,
      } as const
      this.#voice.mention(input)
    })
  }

  submit(number: number): void {
    const { chance } = this.#around
    const work = newWork(chance, number, this.ownerId)
    this.#truth.works.set(work.taskId, work)
    this.#voice.report(submissionOf(work), (reply) => {
      if (!reply.ok) return
      if (chance.happens(0.3)) this.#again(work)
      if (chance.happens(0.1)) this.#another(work)
      if (chance.happens(0.1)) this.#cancel(work)
    })
  }

  #again(work: Work): void {
    this.#voice.after(this.#around.chance.below(90_000), () => {
      this.#voice.mention(submissionOf(work))
    })
  }

  /** Another task under the same id. */
  #another(work: Work): void {
    const other = newWork(this.#around.chance, -1, this.ownerId)
    this.#voice.mention(submissionOf({ ...other, taskId: work.taskId }))
  }

  #cancel({ taskId }: Work): void {
    const { ownerId } = this
    const reason = 'not needed any more'
    this.#voice.after(this.#around.chance.below(30_000), () => {
      this.#voice.report({ type: 'task-cancelled', taskId, ownerId, reason })
    })
  }
}

function submissionOf({ taskId, ownerId, spec, digest }: Work): Input {
  return { type: 'task-submitted', taskId, ownerId, task: spec, digest, payloadBytes: 0 }
}
