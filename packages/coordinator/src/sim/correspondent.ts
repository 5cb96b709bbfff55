// Somebody who tells the coordinator things, again and again until an answer comes.
import type { ErrorCode } from '@vcp/protocol'
import type { Reply } from '../core/decide.ts'
import type { Input } from '../core/inputs.ts'
import type { Chance } from './chance.ts'
import type { SimulatedCoordinator } from './coordinator.ts'
import type { Network } from './network.ts'
import type { World } from './world.ts'

export interface Surroundings {
  readonly world: World
  readonly chance: Chance
  readonly network: Network
  readonly coordinator: SimulatedCoordinator
}

/** That nothing can be taken now is no answer. */
const passing: ReadonlySet<ErrorCode> = new Set(['DISK_FULL', 'OVERLOADED'])

const backOffMs = [700, 1_500, 3_000, 6_000, 12_000] as const

export class Correspondent {
  readonly name: string
  readonly #around: Surroundings
  /** Grows with every crash: what was being said before is not said any more. */
  #life = 0

  constructor(name: string, around: Surroundings) {
    this.name = name
    this.#around = around
  }

  /** Once, whatever comes of it. */
  mention(input: Input, heard: (reply: Reply) => void = () => {}): void {
    const { network, coordinator } = this.#around
    const answer = this.inThisLife(heard)
    network.carry(this.name, () => {
      coordinator.tell(input, (reply) => network.carry(this.name, () => answer(reply)))
    })
  }

  /** Until it is answered with more than that nothing can be taken now. */
  report(input: Input, heard: (reply: Reply) => void = () => {}): void {
    let isAnswered = false
    const attempt = this.inThisLife((tries: number) => {
      if (isAnswered) return
      this.mention(input, (reply) => {
        if (isAnswered || (!reply.ok && passing.has(reply.code))) return
        isAnswered = true
        heard(reply)
      })
      this.after(backOffMs[Math.min(tries, backOffMs.length - 1)]!, () => attempt(tries + 1))
    })
    attempt(0)
  }

  after(ms: number, happen: () => void): void {
    this.#around.world.after(ms, this.inThisLife(happen))
  }

  endLife(): void {
    this.#life += 1
  }

  inThisLife<Told extends unknown[]>(happen: (...told: Told) => void): (...told: Told) => void {
    const life = this.#life
    return (...told) => {
      if (life === this.#life) happen(...told)
    }
  }
}
