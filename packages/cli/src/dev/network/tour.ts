// The network at work: what it is given, what comes back with which evidence, and how three bad
// nodes are caught. Nothing is played: every figure is read from the coordinator or its log.
import {
  type Connection,
  createTaskFeed,
  memoryKnownLogs,
  type PreparedTask,
  runTask,
  submitTask,
  type VerifiedResult,
} from '@vcp/client'
import {
  type LedgerEntry,
  type LedgerEvent,
  levelMeanings,
  type PeerId,
  VcpError,
} from '@vcp/protocol'
import { type Step, step } from '../demonstration.ts'
import type { LogReader } from './log-reader.ts'
import type { Network, NodeShown } from './network.ts'
import { piTask, scriptTask } from './programs.ts'

export interface Tour {
  readonly network: Network
  readonly connection: Connection
  readonly log: LogReader
  readonly signal: AbortSignal
  /** Told what is being waited for. */
  doing(what: string): void
  nowMs(): number
}

/** Where the two bad nodes are that would only keep the later tasks waiting. */
const elsewhere = 'elsewhere'
const here = { requirements: { regions: ['dev'] } }
const onTwo = { ...here, verification: { level: 'replicated', quorum: 2 } } as const

const square = 'return input.numbers.map((each) => each * each)'

export async function showTour(tour: Tour): Promise<readonly Step[]> {
  const { network, connection, doing } = tour
  const feed = createTaskFeed(connection)
  const run = (prepared: PreparedTask) =>
    runTask(connection, prepared, { knownLogs: memoryKnownLogs(), feed })
  try {
    doing('two bad nodes join: one stalls, one crashes')
    const early = await Promise.all([
      network.addNode('staller', { fault: 'stalls', region: elsewhere }),
      network.addNode('crasher', { fault: 'crashes', region: elsewhere }),
    ])
    const first = scriptTask(square, { numbers: [3, 4] })
    await submitTask(connection, first)
    const left = run(first)
    left.catch(() => {
      // Looked at below.
    })
    doing('both take the first task')
    await tour.log.until((entries) =>
      early.every(({ peerId }) => entries.some(({ event }) => isTaken(event, peerId))),
    )
    doing('three honest nodes join')
    const began = tour.nowMs()
    const honest = await Promise.all(
      ['node-1', 'node-2', 'node-3'].map((name) => network.addNode(name)),
    )
    const joined = step(
      'three honest nodes join, each signed for by an owner of its own',
      new Set(honest.map(({ owner }) => owner)).size === 3,
      `${honest.map(({ name }) => name).join(', ')}, within ${tour.nowMs() - began} ms`,
    )
    const worked = await showResults(tour, run)
    doing('a node joins that lies about its results')
    const liar = await network.addNode('liar', { fault: 'lies' })
    const caught = await catchLiar(tour, liar, run)
    doing('the leases of the two that took the first task run out')
    const result = await left
    return [joined, ...worked, ...caught, ...lost(await tour.log.all(), early, result)]
  } finally {
    feed.close()
  }
}

type Run = (prepared: PreparedTask) => Promise<VerifiedResult>

async function showResults(tour: Tour, run: Run): Promise<readonly Step[]> {
  const steps: Step[] = []
  const pi = piTask(1_000_000, here)
  if (pi !== null) {
    tour.doing('pi, by a million throws, on one node')
    steps.push(shown('WASM: pi by a million throws', await timed(tour, () => run(pi))))
  }
  tour.doing('a script on two nodes')
  const both = scriptTask('return input.words.sort().join(" ")', { words: ['b', 'c', 'a'] }, onTwo)
  const replicated = await timed(tour, () => run(both))
  steps.push(shown('JavaScript: the same script on two nodes', replicated, 'replicated'))
  return steps
}

interface Timed {
  readonly result: VerifiedResult
  readonly ms: number
}

async function timed({ nowMs }: Tour, work: () => Promise<VerifiedResult>): Promise<Timed> {
  const began = nowMs()
  return { result: await work(), ms: nowMs() - began }
}

function shown(what: string, { result, ms }: Timed, least = 'signed'): Step {
  const { level, output, report, receipt } = result
  const checks = report.steps.filter((each) => each.result === 'ok').map((each) => each.step)
  const holds = report.ok && (least === 'signed' || level === least)
  const gas = receipt.gas === null ? '' : `, ${receipt.gas.toLocaleString('en')} gas`
  return step(
    what,
    holds,
    `${new TextDecoder().decode(output).trim()} after ${ms} ms${gas}; ${level}: ` +
      `${levelMeanings[level]}; checked here: ${checks.join(', ')}`,
  )
}

/** Which nodes a task goes to is chance: it is tried until the liar had one. */
const triesMax = 40

async function catchLiar(tour: Tour, liar: NodeShown, run: Run): Promise<readonly Step[]> {
  for (let i = 0; i < triesMax; i++) {
    tour.doing(`task ${i + 1} on two nodes, until the liar has one of them`)
    const task = scriptTask(square, { numbers: [i] }, onTwo)
    const result = await run(task)
    const entries = await tour.log.all()
    const rejected = entries.find(({ event }) => isRejected(event, liar.peerId))
    if (rejected === undefined) continue
    const right = JSON.stringify([i * i])
    const output = new TextDecoder().decode(result.output).trim()
    return [
      step('the node that lies is given a task, and the result is right', output === right, output),
      step('it is told from the honest one', true, told(entries, rejected, liar.peerId)),
    ]
  }
  return [step('the node that lies is caught', false, `it had none of ${triesMax} tasks`)]
}

function told(entries: readonly LedgerEntry[], rejected: LedgerEntry, liar: PeerId): string {
  const { event } = rejected
  const reason = event.type === 'receipt-rejected' ? event.reason : 'the audit failed'
  const settled = entries.find(
    (each) => each.event.type === 'dispute-settled' && each.event.loser === liar,
  )?.event
  if (settled?.type !== 'dispute-settled') return `entry ${rejected.index} of the log: ${reason}`
  const referee = entries.findLast(
    (each) => each.event.type === 'referee-chosen' && each.event.task_id === settled.task_id,
  )?.event
  const who = referee?.type === 'referee-chosen' ? short(referee.peer_id) : 'nobody'
  return (
    `their traces differ first at checkpoint ${settled.checkpoint}; ${who} ran the task up to ` +
    `there and agrees with ${short(settled.winner)}, not with the liar, ${short(liar)} ` +
    `(entry ${rejected.index} of the log: ${reason})`
  )
}

function lost(
  entries: readonly LedgerEntry[],
  early: readonly NodeShown[],
  result: VerifiedResult,
): readonly Step[] {
  const [staller, crasher] = early.map(({ peerId }) => endOf(entries, peerId, result))
  const output = new TextDecoder().decode(result.output).trim()
  return [
    step('a node that stalls loses its lease', staller !== undefined, staller ?? 'it kept it'),
    step('so does one that crashes', crasher !== undefined, crasher ?? 'it kept it'),
    step('and the task is done by others', output === '[9,16]', output),
  ]
}

function endOf(
  entries: readonly LedgerEntry[],
  peerId: PeerId,
  { taskId }: VerifiedResult,
): string | undefined {
  const found = entries.find(
    ({ event }) =>
      event.type === 'assignment-ended' &&
      event.state === 'lost' &&
      event.peer_id === peerId &&
      event.task_id === taskId,
  )
  return found?.event.type === 'assignment-ended'
    ? `entry ${found.index} of the log: ${found.event.reason}`
    : undefined
}

function isTaken(event: LedgerEvent, peerId: PeerId): boolean {
  return event.type === 'assignment-accepted' && event.peer_id === peerId
}

function isRejected(event: LedgerEvent, peerId: PeerId): boolean {
  return event.type === 'receipt-rejected' && event.peer_id === peerId
}

function short(peerId: PeerId): string {
  return `…${peerId.slice(-6)}`
}

/** Ends the tour where the network has ended under it. */
export function orFailure<Value>(network: Network, work: Promise<Value>): Promise<Value> {
  const failed = network.failed.then((error) => {
    throw error instanceof VcpError ? error : new VcpError('INTERNAL', { cause: error })
  })
  return Promise.race([work, failed])
}
