// Tier (e): from the submit to the accepted result, through the core, the journal and its fsync,
// with nodes that do at once what they are asked. No network and no signatures: those are the
// mesh's to measure.
//   node scripts/with-node.mjs packages/coordinator/bench/accepted.ts [--json] [--seconds 5]
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { commitmentOf, type Envelope, type Offer, type TaskId, taskDigest } from '@vcp/protocol'
import type { Effect } from '../src/core/effects.ts'
import { defaultSettings } from '../src/core/settings.ts'
import { State } from '../src/core/state.ts'
import {
  ana,
  envelopeOf,
  peerOf,
  receiptOf,
  registrationOf,
  taskIdOf,
  telemetry,
  walletOf,
  wasmTask,
} from '../src/core/testing/samples.ts'
import { systemClock } from '../src/journal/clock.ts'
import { createGroupCommit } from '../src/journal/group-commit.ts'
import { openThreadedJournal } from '../src/journal/threaded-journal.ts'
import { createLoop, type Loop } from '../src/loop/loop.ts'
import { nativeDigest } from '../src/native-sha256.ts'
import { runAsStarted } from './as-started.ts'

runAsStarted()

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, seconds: { type: 'string', default: '5' } },
})
const seconds = Number(values.seconds)
/** Tasks under way at a time; so few that no node has more of them than it may. */
const underWayMax = 400
const task = wasmTask({ verification: { quorum: 1 } })
const digest = taskDigest(task, nativeDigest)
/** What every node comes to; a receipt of its own differs in its task and its lease. */
const result = receiptOf(task, { taskId: taskIdOf(0), epoch: 1 })

interface Figure {
  readonly nodes: number
  readonly tasksPerSecond: number
  readonly entriesPerTask: number
  readonly cpuMicrosecondsPerTask: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Nodes that take every offer, commit at once and show what they have when they are asked. */
function obedient(loopOf: () => Loop, onAccepted: (taskId: TaskId) => void) {
  const receipts = new Map<TaskId, Envelope<'receipt'>>()
  async function take({ peer_id: peerId, task_id, lease_epoch }: Offer): Promise<void> {
    const answer = { answer: 'accept', task_id, lease_epoch } as const
    await loopOf().tell({ type: 'offer-answered', peerId, answer })
    const receipt = { ...result, task_id, lease_epoch }
    receipts.set(task_id, envelopeOf(peerId, receipt))
    const commitment = commitmentOf(peerId, receipt, nativeDigest)
    await loopOf().tell({ type: 'commitment-received', peerId, commitment })
  }
  return async (effect: Effect): Promise<void> => {
    if (effect.type === 'send-offer') await take(effect.offer)
    if (effect.type !== 'ask-to-reveal') return
    const receipt = receipts.get(effect.taskId)!
    receipts.delete(effect.taskId)
    const told = await loopOf().tell({ type: 'receipt-received', receipt })
    if (told.ok) onAccepted(effect.taskId)
  }
}

async function measure(nodes: number): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'vcp-bench-'))
  const journal = await openThreadedJournal({ file: join(folder, 'journal.sqlite') })
  const waiting = new Map<TaskId, () => void>()
  const carryOut = obedient(
    () => loop,
    (taskId) => waiting.get(taskId)?.(),
  )
  const loop = createLoop({
    state: new State(defaultSettings),
    previous: null,
    commit: createGroupCommit(journal, systemClock),
    clock: systemClock,
    entropy: () => randomInt(2 ** 32),
    onDurable: () => {},
    carryOut: (effect) => void carryOut(effect),
  })
  await loop.tell({ type: 'account-opened', accountId: ana })
  for (let number = 0; number < nodes; number++) await register(loop, number)
  const before = loop.state.nextIndex
  const latencies: number[] = []
  let submitted = 0
  const began = performance.now()
  const cpuBegan = process.cpuUsage()
  const untilMs = began + seconds * 1_000
  const produce = async () => {
    while (performance.now() < untilMs) {
      const at = performance.now()
      const taskId = taskIdOf(submitted++)
      const accepted = new Promise<void>((resolve) => {
        waiting.set(taskId, resolve)
      })
      await loop.tell({
        type: 'task-submitted',
        taskId,
        ownerId: ana,
        task: structuredClone(task),
        digest,
        payloadBytes: 0,
      })
      await accepted
      waiting.delete(taskId)
      latencies.push(performance.now() - at)
    }
  }
  await Promise.all(Array.from({ length: Math.min(underWayMax, 4 * nodes) }, produce))
  const tookMs = performance.now() - began
  const { user, system } = process.cpuUsage(cpuBegan)
  const entries = loop.state.nextIndex - before
  if (loop.state.taskCounts.completed !== latencies.length) throw new Error('a task was lost')
  await loop.close()
  await journal.close()
  rmSync(folder, { recursive: true })
  latencies.sort((one, other) => one - other)
  const at = (part: number) => latencies[Math.floor(part * (latencies.length - 1))]!
  return {
    nodes,
    tasksPerSecond: (1_000 * latencies.length) / tookMs,
    entriesPerTask: entries / latencies.length,
    cpuMicrosecondsPerTask: (user + system) / latencies.length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  }
}

async function register(loop: Loop, number: number): Promise<void> {
  const name = `n${number}`
  const peerId = peerOf(name)
  const registration = registrationOf(name)
  const binding = { owner: walletOf(name), expiresAtMs: 9e15 }
  await loop.tell({ type: 'node-registered', peerId, ownerId: ana, registration, binding })
  await loop.tell({ type: 'heartbeat-received', peerId, telemetry })
}

const figures: Figure[] = []
for (const nodes of [10, 100, 1_000]) figures.push(await measure(nodes))
if (values.json) console.log(JSON.stringify(figures, null, 2))
else {
  console.log('nodes  tasks/s  entries/task  CPU us/task  p50 ms  p99 ms')
  for (const each of figures) {
    const cells = [
      String(each.nodes).padStart(5),
      each.tasksPerSecond.toFixed(0).padStart(7),
      each.entriesPerTask.toFixed(1).padStart(12),
      each.cpuMicrosecondsPerTask.toFixed(0).padStart(11),
      each.p50Ms.toFixed(1).padStart(6),
      each.p99Ms.toFixed(1).padStart(6),
    ]
    console.log(cells.join('  '))
  }
}
