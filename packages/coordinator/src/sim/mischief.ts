// What befalls the world: crashes, cuts, full disks, jumping clocks, operators who change their
// minds; and the work that comes in meanwhile.
import { walletOf } from '../core/testing/samples.ts'
import type { Correspondent, Surroundings } from './correspondent.ts'
import type { Faults } from './faults.ts'
import type { SimulatedNode } from './node.ts'
import type { Submitter } from './submitter.ts'

export interface MischiefParts extends Surroundings {
  readonly operator: Correspondent
  readonly faults: Faults
  readonly nodes: readonly SimulatedNode[]
  readonly submitters: readonly Submitter[]
}

export class Mischief {
  readonly #parts: MischiefParts
  #hasEnded = false
  #submitted = 0

  constructor(parts: MischiefParts) {
    this.#parts = parts
  }

  begin(): void {
    const { world, chance, coordinator, network, faults, nodes, submitters } = this.#parts
    for (const submitter of submitters) submitter.open(chance.pick([3_000, 30_000]))
    for (const node of nodes) world.after(chance.below(20_000), () => node.start())
    const submitEveryMs = chance.pick([500, 2_000, 8_000])
    this.#every(submitEveryMs, () => chance.pick(submitters).submit(this.#submitted++))
    this.#every(faults.partitionEveryMs, () => {
      network.cut(chance.pick(nodes).identity.peerId, chance.between(1_000, 90_000))
    })
    this.#every(faults.nodeCrashEveryMs, () => {
      chance.pick(nodes).crash(chance.between(500, 60_000))
    })
    this.#every(faults.coordinatorCrashEveryMs, () => {
      coordinator.crash(chance.pick([10, 1_000, 20_000]))
    })
    this.#every(faults.diskFullEveryMs, () => coordinator.fillDisk(chance.between(500, 20_000)))
    this.#every(faults.clockJumpEveryMs, () => {
      coordinator.jumpClock(chance.between(-60_000, 60_000))
    })
    this.#every(20_000, () => this.#operate())
  }

  /** Nodes that their operators have paused or removed come back. */
  end(): void {
    const { nodes } = this.#parts
    this.#hasEnded = true
    for (const node of nodes) this.#mode(node, 'active')
  }

  #every(ms: number | null, happen: () => void): void {
    if (ms === null) return
    const { world, chance } = this.#parts
    world.after(ms * (0.5 + chance.unit()), () => {
      if (this.#hasEnded) return
      happen()
      this.#every(ms, happen)
    })
  }

  #operate(): void {
    const { chance, nodes, operator } = this.#parts
    const node = chance.pick(nodes)
    const { peerId, ownerId, name } = node.identity
    const what = chance.weighted({ mode: 5, remove: 1, bind: 2 })
    if (what === 'mode') {
      this.#mode(node, chance.pick(['active', 'active', 'draining', 'paused']))
    } else if (what === 'remove') {
      operator.report({ type: 'node-removed', peerId, ownerId, reason: 'sold' })
    } else node.bind(chance.pick(nodes).identity.wallet ?? walletOf(name))
  }

  #mode(node: SimulatedNode, mode: 'active' | 'draining' | 'paused'): void {
    const { peerId, ownerId } = node.identity
    this.#parts.operator.report({ type: 'mode-asked', peerId, ownerId, mode, reason: null })
  }
}
