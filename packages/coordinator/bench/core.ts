// What the core alone costs, without journal, HTTP and network: (a) a bare insert into a map, to
// compare with; (b) a submit with real selection among many nodes; (e') a task from the submit to
// its acceptance; what a node and a finished task weigh; how fast a journal is replayed.
//   node --expose-gc --conditions=source packages/coordinator/bench/core.ts
//     [--json] [--submits 20000] [--tasks 20000] [--events 1000000]
import { parseArgs } from 'node:util'
import { decodeCanonical, type LedgerEntry, leafBytes, type TaskSpec } from '@vcp/protocol'
import { apply } from '../src/core/apply.ts'
import { type Strategy, strategies } from '../src/core/match/strategies.ts'
import { defaultSettings } from '../src/core/settings.ts'
import { State } from '../src/core/state.ts'
import { wasmTask } from '../src/core/testing/samples.ts'
import { LoadedCore } from './loaded-core.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    submits: { type: 'string', default: '20000' },
    tasks: { type: 'string', default: '20000' },
    events: { type: 'string', default: '1000000' },
  },
})
const submits = Number(values.submits)
const tasks = Number(values.tasks)
const events = Number(values.events)

/** One copy, so that a submit is one selection. */
const single = wasmTask({ verification: { quorum: 1 } })
const nodeCounts = [10, 1_000, 10_000, 100_000] as const

interface Quantiles {
  readonly p50Us: number
  readonly p99Us: number
}

function quantiles(tookMs: number[]): Quantiles {
  tookMs.sort((one, other) => one - other)
  const at = (part: number) => 1_000 * tookMs[Math.floor(part * (tookMs.length - 1))]!
  return { p50Us: at(0.5), p99Us: at(0.99) }
}

function timed(count: number, act: (number: number) => void): number[] {
  const tookMs: number[] = []
  for (let number = 0; number < count; number++) {
    const began = performance.now()
    act(number)
    tookMs.push(performance.now() - began)
  }
  return tookMs
}

function bareInsert(): Quantiles {
  const map = new Map<string, { readonly spec: TaskSpec }>()
  const keys = Array.from({ length: submits }, (_, number) => `task ${number}`)
  return quantiles(timed(submits, (number) => map.set(keys[number]!, { spec: single })))
}

interface SubmitFigure extends Quantiles {
  readonly strategy: Strategy
  readonly nodes: number
}

/** As many tasks are under way as there are nodes, at most a thousand. */
function submitWithSelection(strategy: Strategy, nodes: number): SubmitFigure {
  const core = new LoadedCore({ ...defaultSettings, strategy })
  core.addNodes(nodes)
  const underWay = Math.min(nodes, 1_000)
  const tookMs: number[] = []
  // A third of all warms up.
  const warmUp = submits / 2
  for (let number = 0; number < submits + warmUp; number++) {
    core.passMs(1)
    const submission = core.submission(number, single)
    const began = performance.now()
    core.tell(submission)
    const took = performance.now() - began
    if (number >= warmUp) tookMs.push(took)
    if (number >= underWay) core.cancel(number - underWay)
  }
  return { strategy, nodes, ...quantiles(tookMs) }
}

interface LifeFigure {
  readonly nodes: number
  readonly tasksPerSecond: number
  readonly microsecondsPerTask: number
}

/** Only the time in the core counts: what nodes work out for themselves is theirs. */
function submitToAccepted(nodes: number): LifeFigure {
  const core = new LoadedCore(defaultSettings)
  core.addNodes(nodes)
  for (let number = 0; number < tasks / 10; number++) core.runToTheEnd(number, single)
  core.inCoreMs = 0
  for (let number = 0; number < tasks; number++) core.runToTheEnd(tasks + number, single)
  const microsecondsPerTask = (1_000 * core.inCoreMs) / tasks
  return { nodes, tasksPerSecond: 1e6 / microsecondsPerTask, microsecondsPerTask }
}

function heapBytes(): number {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc')
  globalThis.gc()
  globalThis.gc()
  return process.memoryUsage().heapUsed
}

function memory(): { readonly perNodeBytes: number; readonly perFinishedTaskBytes: number } {
  const core = new LoadedCore(defaultSettings)
  const nodes = 20_000
  core.addNodes(1)
  const empty = heapBytes()
  core.addNodes(nodes)
  const withNodes = heapBytes()
  for (let number = 0; number < tasks; number++) core.runToTheEnd(number, single)
  // Timers are hints that are dropped when they are due.
  core.passMs(3_600_000)
  const withTasks = heapBytes()
  return {
    perNodeBytes: (withNodes - empty) / nodes,
    perFinishedTaskBytes: (withTasks - withNodes) / tasks,
  }
}

interface ReplayFigure {
  readonly events: number
  readonly finishedTasks: number
  readonly decodeSeconds: number
  readonly applySeconds: number
}

/** The entries as bytes, as a journal has them: as objects, a million of them would be the load. */
function replay(): ReplayFigure {
  const leaves: Uint8Array[] = []
  const core = new LoadedCore(defaultSettings, ({ index, atMs, event }) => {
    leaves.push(leafBytes({ index, at_ms: atMs, previous: null, event }))
  })
  core.addNodes(1_000)
  for (let number = 0; leaves.length < events; number++) core.runToTheEnd(number, single)
  const state = new State(defaultSettings)
  let [decodeMs, applyMs] = [0, 0]
  for (let from = 0; from < leaves.length; from += 10_000) {
    const began = performance.now()
    const entries = leaves.slice(from, from + 10_000).map(entryOf)
    const decoded = performance.now()
    for (const { index, at_ms, event } of entries) apply(state, { index, atMs: at_ms, event })
    decodeMs += decoded - began
    applyMs += performance.now() - decoded
  }
  return {
    events: leaves.length,
    finishedTasks: state.taskCounts.completed,
    decodeSeconds: decodeMs / 1_000,
    applySeconds: applyMs / 1_000,
  }
}

function entryOf(leaf: Uint8Array): LedgerEntry {
  const decoded = decodeCanonical(leaf)
  if (!decoded.ok) throw new Error(decoded.reason)
  return decoded.value as unknown as LedgerEntry
}

const insert = bareInsert()
const submitted = strategies.flatMap((strategy) =>
  nodeCounts.map((nodes) => submitWithSelection(strategy, nodes)),
)
const accepted = [10, 100, 1_000].map(submitToAccepted)
const figures = { insert, submitted, accepted, memory: memory(), replay: replay() }

if (values.json) console.log(JSON.stringify(figures, null, 2))
else print()

function print(): void {
  const { memory, replay } = figures
  const us = (value: number) => value.toFixed(2).padStart(8)
  console.log('(a) bare insert into a map             p50 us    p99 us')
  console.log(`${' '.repeat(36)}${us(insert.p50Us)}  ${us(insert.p99Us)}`)
  console.log('(b) submit, by strategy and nodes')
  for (const { strategy, nodes, p50Us, p99Us } of submitted) {
    console.log(
      `    ${strategy.padEnd(16)}${String(nodes).padStart(10)}      ${us(p50Us)}  ${us(p99Us)}`,
    )
  }
  for (const strategy of strategies) {
    const of = (nodes: number) =>
      submitted.find((each) => each.strategy === strategy && each.nodes === nodes)!.p50Us
    console.log(
      `    ${strategy}: 100,000 nodes cost ${(of(100_000) / of(1_000)).toFixed(2)} x 1,000`,
    )
  }
  console.log("(e') submit to accepted, by nodes      us/task    tasks/s")
  for (const { nodes, microsecondsPerTask, tasksPerSecond } of accepted) {
    const perSecond = tasksPerSecond.toFixed(0).padStart(9)
    console.log(`    ${String(nodes).padStart(26)}      ${us(microsecondsPerTask)}  ${perSecond}`)
  }
  console.log(`a registered node   ${memory.perNodeBytes.toFixed(0).padStart(6)} bytes`)
  console.log(`a finished task     ${memory.perFinishedTaskBytes.toFixed(0).padStart(6)} bytes`)
  const { decodeSeconds, applySeconds } = replay
  console.log(
    `replay of ${replay.events} events (${replay.finishedTasks} tasks): ` +
      `${decodeSeconds.toFixed(2)} s to decode, ${applySeconds.toFixed(2)} s to apply`,
  )
}
