// One simulation: the real core among faults, all of it from one seed. First everything may go
// wrong, and nothing that we promise may be broken; then all is healed, and whatever was begun must
// come to an end.
import { createHash } from 'node:crypto'
import type { AccountId, OwnerAddress } from '@vcp/protocol'
import { isEnded } from '@vcp/protocol'
import type { Effect } from '../core/effects.ts'
import { strategies } from '../core/match/strategies.ts'
import { defaultSettings, type Settings } from '../core/settings.ts'
import type { State } from '../core/state.ts'
import { peerOf, walletOf } from '../core/testing/samples.ts'
import { Acknowledged } from './acknowledged.ts'
import { promise } from './broken-promise.ts'
import { Chance } from './chance.ts'
import { conductOf, mixOf } from './conduct.ts'
import { SimulatedCoordinator } from './coordinator.ts'
import { Correspondent } from './correspondent.ts'
import { faultsOf, noFaults } from './faults.ts'
import { History } from './history.ts'
import { Mischief } from './mischief.ts'
import { Network } from './network.ts'
import { SimulatedNode } from './node.ts'
import { postman } from './postman.ts'
import { type Rules, realRules } from './rules.ts'
import { Submitter } from './submitter.ts'
import { Truth } from './truth.ts'
import { idOf } from './work.ts'
import { World } from './world.ts'

export interface SimulationOptions {
  /** Happenings with faults, before all is healed. */
  readonly steps?: number
  readonly rules?: Rules
  /** Is told line by line what happens. */
  readonly say?: (line: string) => void
}

export interface Report {
  readonly seed: number
  /** Null: every promise was kept. */
  readonly broken: string | null
  readonly steps: number
  readonly entries: number
  /** Of the whole journal: equal for equal runs. */
  readonly digest: string
  readonly tasks: {
    readonly completed: number
    readonly failed: number
    readonly cancelled: number
  }
  readonly levels: {
    readonly signed: number
    readonly replicated: number
    readonly refereed: number
    readonly proved: number
  }
  /** Rounds with hidden updates: those that came to a model, and those begun anew. */
  readonly secureRounds: { readonly finalised: number; readonly excused: number }
  readonly restarts: number
  readonly nodes: number
  /** Virtual time from the healing until everything had ended. */
  readonly healedWithinMs: number | null
}

export const stepsByDefault = 2_000

/** All that was begun has to end within this, once nothing goes wrong any more. */
const endsWithinMs = 1_800_000

export function simulate(seed: number, options: SimulationOptions = {}): Report {
  const simulation = new Simulation(seed, options)
  let broken: string | null = null
  try {
    simulation.run(options.steps ?? stepsByDefault)
  } catch (error) {
    // Whatever is thrown is the finding: a promise, an invariant, or a plain bug.
    if (!(error instanceof Error)) throw error
    broken = `${error.name}: ${error.message}`
    options.say?.(error.stack ?? broken)
  }
  return simulation.report(broken)
}

class Simulation {
  readonly #seed: number
  readonly #world = new World()
  readonly #network: Network
  readonly #truth = new Truth()
  readonly #history = new History(this.#truth)
  readonly #coordinator: SimulatedCoordinator
  readonly #nodes: readonly SimulatedNode[]
  readonly #mischief: Mischief
  #healedWithinMs: number | null = null

  constructor(seed: number, { rules = realRules, say }: SimulationOptions) {
    this.#seed = seed
    const chance = new Chance(seed)
    const world = this.#world
    const faults = faultsOf(chance)
    const network = new Network(world, chance, faults)
    this.#network = network
    const carryOut = (effect: Effect, state: State) => this.#carryOut(effect, state)
    const coordinator = new SimulatedCoordinator({
      world,
      chance,
      settings: settingsOf(chance),
      faults,
      rules: watched(rules, this.#history),
      acknowledged: new Acknowledged(),
      onDurable: (entry) => {
        this.#history.read(entry)
        this.#truth.overhear(entry)
      },
      carryOut,
      say: (what) => say?.(`${world.nowMs - startMs} ${what()}`),
    })
    this.#coordinator = coordinator
    const around = { world, chance, network, coordinator }
    const owners = [1, 2, 3].map((number) => idOf(number) as AccountId)
    const submitters = owners.map((ownerId) => new Submitter(ownerId, around, this.#truth))
    this.#nodes = nodesOf(chance, owners).map(
      ({ identity, conduct }) => new SimulatedNode(identity, conduct, around, this.#truth),
    )
    const operator = new Correspondent('operator', around)
    const parts = { ...around, operator, faults, nodes: this.#nodes, submitters }
    this.#mischief = new Mischief(parts)
    this.#carryOut = postman({ ...around, nodes: this.#nodes, truth: this.#truth })
  }

  readonly #carryOut: (effect: Effect, state: State) => void

  run(steps: number): void {
    this.#mischief.begin()
    while (this.#world.steps < steps && this.#world.nextAtMs !== null) this.#world.step()
    this.#heal()
    const healedAtMs = this.#world.nowMs
    while (!this.#isDone()) {
      promise(this.#world.nowMs - healedAtMs < endsWithinMs, () => this.#waiting())
      this.#world.step()
    }
    this.#healedWithinMs = this.#world.nowMs - healedAtMs
    this.#coordinator.assertAsWritten()
  }

  report(broken: string | null): Report {
    const { journal, state, restarts } = this.#coordinator
    const hash = createHash('sha256')
    for (const entry of journal) hash.update(JSON.stringify(entry))
    const { completed, failed, cancelled } = state.taskCounts
    const { signed, replicated, refereed, proved } = this.#history.levels
    return {
      seed: this.#seed,
      broken,
      steps: this.#world.steps,
      entries: journal.length,
      digest: hash.digest('hex'),
      tasks: { completed, failed, cancelled },
      levels: { signed, replicated, refereed, proved },
      secureRounds: { ...this.#history.rounds.secure },
      restarts,
      nodes: this.#nodes.length,
      healedWithinMs: this.#healedWithinMs,
    }
  }

  #heal(): void {
    this.#network.heal(noFaults)
    this.#coordinator.heal(noFaults)
    this.#mischief.end()
    for (const node of this.#nodes) node.reform()
  }

  /** Everything has ended, and all of it is on disk. */
  #isDone(): boolean {
    const { state, isQuiet } = this.#coordinator
    const { completed, failed, cancelled } = state.taskCounts
    return isQuiet && completed + failed + cancelled === state.tasks.size
  }

  #waiting(): string {
    const waiting = [...this.#coordinator.state.tasks.values()].find((each) => !isEnded(each.state))
    if (waiting === undefined) return 'the journal does not come to rest'
    const { taskId, type, state, reason, copies, quorum, dispute, assignments } = waiting
    const held = assignments.map(({ peerId, state }) => `${peerId.slice(8, 11)} ${state}`)
    const counts = `${copies} copies, quorum ${quorum}`
    const disputed = dispute === null ? '' : `, in dispute at level ${dispute.level}`
    return `task ${taskId} (${type}) never ends: ${state}, ${reason}, ${counts}${disputed}: ${held}`
  }
}

const startMs = new World().nowMs

function settingsOf(chance: Chance): Settings {
  return {
    ...defaultSettings,
    strategy: chance.pick(strategies),
    // Trust is earned fast, so that what comes of it is met often.
    trustAfter: chance.between(1, 4),
    auditChanceMin: chance.pick([0.02, 0.3]),
    failuresMax: chance.between(2, 6),
    roundFailuresMax: chance.between(0, 3),
  }
}

/** Wallets are fewer than nodes: some operators run two, and some nodes have no wallet yet. */
function nodesOf(chance: Chance, owners: readonly AccountId[]) {
  const count = chance.between(3, 12)
  const mix = mixOf(chance)
  return Array.from({ length: count }, (_, number) => {
    const name = `n${number}`
    const wallet: OwnerAddress | null = chance.happens(0.1)
      ? null
      : walletOf(`w${chance.happens(0.7) ? number : chance.below(count)}`)
    const identity = { name, peerId: peerOf(name), ownerId: chance.pick(owners), wallet }
    return { identity, conduct: conductOf(chance, mix, name) }
  })
}

/** Sees which nodes said themselves that nothing will come of a lease. */
function watched(rules: Rules, history: History): Rules {
  return {
    ...rules,
    decide: (state, input, moment) => {
      if (input.type === 'run-failed') history.excuse(input.peerId, input.taskId)
      if (input.type === 'node-removed') history.excuse(input.peerId, null)
      return rules.decide(state, input, moment)
    },
  }
}
