// Messages between the coordinator and whoever is out there: lost, repeated, late, out of order.
import type { Chance } from './chance.ts'
import type { Faults } from './faults.ts'
import type { World } from './world.ts'

export class Network {
  faults: Faults
  readonly #world: World
  readonly #chance: Chance
  /** Until when a party hears nobody and is heard by nobody. */
  readonly #cutUntilMs = new Map<string, number>()

  constructor(world: World, chance: Chance, faults: Faults) {
    this.#world = world
    this.#chance = chance
    this.faults = faults
  }

  /** Carries a message between the coordinator and one other party, in either direction. */
  carry(party: string, deliver: () => void): void {
    const { loss, repeat, delayMsMax } = this.faults
    if (this.isCut(party) || this.#chance.happens(loss)) return
    const copies = this.#chance.happens(repeat) ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      const delayMs = 1 + Math.floor(delayMsMax * this.#chance.unit() ** 3)
      this.#world.after(delayMs, () => {
        if (!this.isCut(party)) deliver()
      })
    }
  }

  cut(party: string, forMs: number): void {
    this.#cutUntilMs.set(party, this.#world.nowMs + forMs)
  }

  isCut(party: string): boolean {
    return (this.#cutUntilMs.get(party) ?? 0) > this.#world.nowMs
  }

  heal(faults: Faults): void {
    this.faults = faults
    this.#cutUntilMs.clear()
  }
}
