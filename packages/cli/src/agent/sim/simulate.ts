// One simulation: the real agent, its loop and its core, among faults, all of it from one seed.
// First everything may go wrong, and nothing that we promise may be broken; then all is healed, and
// whatever was begun must come to an end.
import { isDeepStrictEqual } from 'node:util'
import { pass } from '@vcp/protocol'
import type { Input } from '../core/inputs.ts'
import type { RecordName } from '../core/state.ts'
import {
  finished,
  leaf,
  logKey,
  offerOf,
  otherLogKey,
  readingOf,
  startMs,
  task,
  taskIdOf,
} from '../core/testing/samples.ts'
import { recordOf } from '../store/records.ts'
import { manualClock } from '../testing/manual-clock.ts'
import { promise } from './broken-promise.ts'
import { Chance } from './chance.ts'
import { type Given, SimulatedCoordinator } from './coordinator.ts'
import { SimulatedDisk, type Writing } from './disk.ts'
import { SimulatedProcess } from './process.ts'

export interface Report {
  readonly seed: number
  /** Null: every promise was kept. */
  readonly broken: string | null
  readonly leases: number
  readonly revealed: number
  readonly crashes: number
}

export async function simulate(
  seed: number,
  { steps = 200, writing = (changes) => changes }: { steps?: number; writing?: Writing } = {},
): Promise<Report> {
  const simulation = new Simulation(seed, writing)
  let broken: string | null = null
  try {
    await simulation.run(steps)
  } catch (error) {
    // Whatever is thrown is the finding: a promise, an invariant, or a plain bug.
    if (!(error instanceof Error)) throw error
    broken = `${error.name}: ${error.message}`
  }
  return { seed, broken, ...simulation.counts() }
}

/** Offers are sent again within what an agent remembers. */
const AGAIN_MS = 300_000

class Simulation {
  readonly #chance: Chance
  readonly #clock = manualClock(startMs)
  readonly #disk: SimulatedDisk
  readonly #coordinators = [
    new SimulatedCoordinator(logKey, 0),
    new SimulatedCoordinator(otherLogKey, 1_000_000),
  ] as const
  #joined: SimulatedCoordinator | null = null
  #process: SimulatedProcess
  #crashes = 0
  /** What was thrown where nobody waits for it. */
  #thrown: unknown = null

  constructor(seed: number, writing: Writing) {
    this.#chance = new Chance(seed)
    this.#disk = new SimulatedDisk(writing)
    this.#process = new SimulatedProcess(this.#disk, this.#clock)
  }

  counts() {
    const given = this.#coordinators.flatMap((each) => each.given)
    const revealed = given.filter(({ stage }) => stage === 'revealed').length
    return { leases: given.length, revealed, crashes: this.#crashes }
  }

  async run(steps: number): Promise<void> {
    await this.#begin()
    for (let step = 0; step < steps; step++) {
      this.#act(this.#chance.weighted(weights))
      if (this.#chance.happens(0.6)) await this.#turn()
    }
    await this.#heal()
  }

  #act(action: Action): void {
    const actions: Record<Action, () => void> = {
      offer: () => this.#offer(undefined),
      'offer-again': () => this.#offerAgain(),
      'offer-newer': () => this.#offer(this.#chance.pick(this.#joined?.newest() ?? [])),
      withdraw: () => this.#withdraw(),
      reveal: () => this.#askToReveal(),
      rerun: () => this.#askForRerun(),
      progress: () => this.#progress(),
      'run-ends': () => this.#endRun(this.#chance.happens(0.8)),
      'rerun-ends': () => this.#endRerun(),
      'report-arrives': () => this.#deliver(),
      part: () => this.#part(),
      join: () => this.#join(this.#coordinators[this.#chance.happens(0.8) ? 0 : 1]),
      reading: () => this.#measure(this.#chance.pick([50, 50, 50, 86, 95])!),
      mode: () => this.#askMode(),
      time: () => this.#later(() => this.#clock.advance(this.#chance.below(20_000))),
      sleep: () => this.#later(() => this.#clock.sleep(this.#chance.below(90_000))),
      'disk-fills': () => {
        this.#disk.isFull = true
      },
      'disk-frees': () => {
        this.#disk.isFull = false
      },
      crash: () => this.#crash(),
    }
    actions[action]()
  }

  #offer(again: Given | undefined): void {
    if (this.#joined !== null) this.#send(this.#joined, this.#joined.give(this.#now, again))
  }

  #offerAgain(): void {
    const recent = this.#joined?.given.filter(({ atMs }) => atMs + AGAIN_MS > this.#now) ?? []
    const given = this.#chance.pick(recent)
    if (given !== undefined && this.#joined !== null) this.#send(this.#joined, given)
  }

  #send(coordinator: SimulatedCoordinator, given: Given): void {
    const process = this.#process
    const isLost = this.#chance.happens(0.1)
    if (!process.agent.state.isJoined) return
    this.#watch(async () => {
      const answer = await process.agent.offer(given.offer)
      // What is declined for want of disk is on no disk; what is older than known is no lease.
      const isPassing = process.agent.trouble !== null && answer.answer === 'decline'
      const isNewest = coordinator.newest().includes(given)
      if (process.isAlive && !isLost && !isPassing && isNewest) coordinator.answered(given, answer)
    })
  }

  #withdraw(): void {
    const given = this.#chance.pick(this.#joined?.given ?? [])
    if (given === undefined || given.stage === 'revealed') return
    given.stage = 'over'
    const reason = 'nobody waits for it'
    if (this.#chance.happens(0.7))
      this.#tell({ type: 'lease-withdrawn', ...leaseOf(given), reason })
  }

  #askToReveal(): void {
    const wanted = ['committed', 'asked']
    const given = this.#chance.pick(
      this.#joined?.given.filter((g) => wanted.includes(g.stage)) ?? [],
    )
    if (given === undefined) return
    given.stage = 'asked'
    this.#tell({ type: 'reveal-asked', ...leaseOf(given) })
  }

  #askForRerun(): void {
    const taskId = taskIdOf(2_000_000 + this.#chance.below(4))
    this.#tell({ type: 'rerun-asked', taskId, checkpoint: this.#chance.below(3), task })
  }

  #progress(): void {
    const run = this.#chance.pick([...this.#process.runs])
    if (run === undefined) return
    const [taskId, leaseEpoch] = run
    const told = { phase: 'running', percent: null, gas: null } as const
    this.#tell({ type: 'progress-made', taskId, leaseEpoch, ...told })
  }

  #endRun(isFinished: boolean): void {
    const process = this.#process
    const run = this.#chance.pick([...process.runs])
    if (run === undefined) return
    const [taskId, leaseEpoch] = run
    process.runs.delete(taskId)
    const offer = { ...offerOf(1, leaseEpoch), task_id: taskId }
    const failed = {
      kind: 'failed',
      reason: 'it broke',
      isOurs: this.#chance.happens(0.3),
    } as const
    const end = isFinished ? finished(offer, this.#chance.happens(0.5) ? [leaf] : []) : failed
    this.#tell({ type: 'run-ended', taskId, leaseEpoch, end })
  }

  #endRerun(): void {
    const key = this.#chance.pick([...this.#process.reruns.keys()])
    if (key === undefined) return
    const { taskId, checkpoint } = this.#process.reruns.get(key)!
    this.#process.reruns.delete(key)
    const found = this.#chance.happens(0.8) ? leaf : null
    this.#tell({ type: 'rerun-ended', taskId, checkpoint, leaf: found })
  }

  #deliver(): void {
    const { outbox } = this.#process
    const effect = this.#chance.pick([...outbox.values()])
    if (effect === undefined || this.#joined?.logKey !== effect.logKey) return
    const answer = this.#joined.take(effect.report)
    this.#disk.answered.add(effect.reportId)
    // The coordinator has it; that it has may not be heard.
    if (this.#chance.happens(0.2)) return
    outbox.delete(effect.reportId)
    this.#tell({ type: 'report-settled', reportId: effect.reportId, answer })
  }

  #part(): void {
    this.#joined = null
    this.#tell({ type: 'parted' })
  }

  #join(coordinator: SimulatedCoordinator): void {
    this.#joined = coordinator
    this.#process.outbox.clear()
    this.#tell({ type: 'joined', logKey: coordinator.logKey, aheadMs: 0, leaseMs: 30_000 })
  }

  #measure(temperature_c: number): void {
    this.#tell({ type: 'measured', reading: readingOf({}, { temperature_c }) })
  }

  #askMode(): void {
    const mode = this.#chance.pick(['active', 'active', 'draining', 'paused'] as const)!
    const untilMs = this.#now + this.#chance.below(60_000)
    this.#tell({ type: 'mode-asked', mode, untilMs: mode === 'paused' ? untilMs : null })
    if (this.#chance.happens(0.5)) this.#tell({ type: 'mode-told', mode })
  }

  #crash(): void {
    if (this.#chance.happens(0.5)) this.#process.end()
    // Else what was decided is written, and only some of what follows from it is done.
    else this.#process.effectsLeft = this.#chance.below(3)
  }

  #tell(input: Exclude<Input, { readonly type: 'offer-received' }>): void {
    const { agent } = this.#process
    this.#watch(() => agent.tell(input))
  }

  #later(work: () => Promise<void>): void {
    this.#moves = this.#moves.then(work)
  }

  #moves: Promise<void> = Promise.resolve()

  #watch(work: () => Promise<unknown>): void {
    work().catch((error: unknown) => {
      this.#thrown ??= error
    })
  }

  get #now(): number {
    return this.#clock.nowMs()
  }

  /** The disk writes, whoever waited for it goes on, and a process that has ended is begun anew. */
  async #turn(): Promise<void> {
    await this.#moves
    await this.#clock.turn()
    if (this.#disk.broken !== null) throw this.#disk.broken
    if (this.#thrown !== null) throw this.#thrown
    if (this.#process.isAlive && this.#process.effectsLeft <= 0) this.#process.end()
    if (this.#process.isAlive) {
      // Not each time: it takes longer than all the rest.
      if (this.#chance.happens(0.2)) this.#compare()
      return
    }
    this.#crashes += 1
    this.#process = new SimulatedProcess(this.#disk, this.#clock)
    this.#joined = null
    await this.#begin()
  }

  async #begin(): Promise<void> {
    this.#watch(() => this.#process.agent.resume())
    await this.#clock.turn()
    if (this.#thrown !== null) throw this.#thrown
  }

  /** What is in memory and what is on the disk, where nothing waits to be written. */
  #compare(): void {
    const { agent, runs } = this.#process
    const { state } = agent
    if (agent.trouble !== null) return
    for (const [name, text] of this.#disk.records) {
      if (state.touched.has(name as RecordName)) continue
      const held = JSON.parse(recordOf(state, name as RecordName) ?? 'null')
      const isSame = isDeepStrictEqual(held, JSON.parse(text))
      promise(isSame, `${name} is not in memory as on disk`)
    }
    const names = [
      ...[...state.leases.keys()].map((id) => `lease/${id}` as const),
      ...[...state.reports.keys()].map((id) => `report/${id}` as const),
    ]
    const missing = names.find((name) => !state.touched.has(name) && !this.#disk.has(name))
    promise(missing === undefined, `${missing} is in memory, and not on disk`)
    for (const [taskId, epoch] of runs) {
      // It is stopped when the end of its lease is on disk.
      if (state.touched.has(`lease/${taskId}`)) continue
      const lease = state.leases.get(taskId)
      const isHeld = lease?.leaseEpoch === epoch && lease.stage === 'running'
      promise(isHeld, `the task ${taskId} runs without a lease`)
    }
  }

  /** Nothing goes wrong any more: all that was begun comes to its end. */
  async #heal(): Promise<void> {
    this.#disk.isFull = false
    if (this.#process.effectsLeft < Number.POSITIVE_INFINITY) this.#process.end()
    await this.#turn()
    await this.#clock.advance(10_000)
    for (const coordinator of [...this.#coordinators, this.#coordinators[0]]) {
      this.#join(coordinator)
      for (let round = 0; round < 4; round++) {
        await this.#turn()
        // What waits for others to share its write has waited long enough.
        await this.#clock.advance(10)
        while (this.#process.runs.size > 0) this.#endRun(true)
        while (this.#process.reruns.size > 0) this.#endRerun()
        await this.#turn()
        this.#deliverAll()
        await this.#turn()
        for (const given of coordinator.given) {
          if (given.stage !== 'committed' && given.stage !== 'asked') continue
          given.stage = 'asked'
          this.#tell({ type: 'reveal-asked', ...leaseOf(given) })
        }
      }
    }
    const { state } = this.#process.agent
    const held = [...state.leases.values()].filter(({ logKey: of }) => of === logKey)
    promise(held.length === 0, `${held[0]?.taskId} never ends: ${held[0]?.stage}`)
    promise(state.reports.size === 0, `${state.reports.size} reports reach nobody`)
    for (const { given } of this.#coordinators) {
      const shown = given.find(({ stage }) => stage === 'asked' || stage === 'committed')
      promise(shown === undefined, `${shown?.offer.task_id} was promised, and is never shown`)
    }
  }

  #deliverAll(): void {
    for (const { reportId, report } of [...this.#process.outbox.values()]) {
      const answer = this.#joined?.take(report) ?? pass(null)
      this.#disk.answered.add(reportId)
      this.#process.outbox.delete(reportId)
      this.#tell({ type: 'report-settled', reportId, answer })
    }
  }
}

function leaseOf({ offer }: Given) {
  return { taskId: offer.task_id, leaseEpoch: offer.lease_epoch }
}

const weights = {
  offer: 20,
  'offer-again': 8,
  'offer-newer': 3,
  withdraw: 3,
  reveal: 10,
  rerun: 2,
  progress: 6,
  'run-ends': 20,
  'rerun-ends': 2,
  'report-arrives': 30,
  part: 1,
  join: 5,
  reading: 3,
  mode: 1,
  time: 4,
  sleep: 1,
  'disk-fills': 1,
  'disk-frees': 4,
  crash: 3,
}
type Action = keyof typeof weights
