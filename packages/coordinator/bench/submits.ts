// Tier (c): submits through the core and the journal, each acknowledged once it is on disk.
//   node scripts/with-node.mjs packages/coordinator/bench/submits.ts [--json] [--seconds 5]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { taskDigest } from '@vcp/protocol'
import { defaultSettings } from '../src/core/settings.ts'
import { State } from '../src/core/state.ts'
import { ana, peerOf, registrationOf, taskIdOf, wasmTask } from '../src/core/testing/samples.ts'
import { systemClock } from '../src/journal/clock.ts'
import { createGroupCommit } from '../src/journal/group-commit.ts'
import { openThreadedJournal } from '../src/journal/threaded-journal.ts'
import { createLoop, type Loop } from '../src/loop/loop.ts'
import { runAsStarted } from './as-started.ts'

runAsStarted()

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, seconds: { type: 'string', default: '5' } },
})
const seconds = Number(values.seconds)
const task = wasmTask()
const digest = taskDigest(task)

interface Figure {
  readonly producers: number
  readonly tasksPerSecond: number
  readonly cpuMicrosecondsPerTask: number
  readonly p50Ms: number
  readonly p99Ms: number
}

async function measure(producers: number): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'vcp-bench-'))
  const journal = await openThreadedJournal({ file: join(folder, 'journal.sqlite') })
  const loop = createLoop({
    state: new State(defaultSettings),
    previous: null,
    commit: createGroupCommit(journal, systemClock),
    clock: systemClock,
    entropy: () => 7,
    onDurable: () => {},
    carryOut: () => {},
  })
  await loop.tell({ type: 'account-opened', accountId: ana })
  for (let node = 0; node < 1_000; node++) await register(loop, node)
  const latencies: number[] = []
  let submitted = 0
  const began = performance.now()
  const cpuBegan = process.cpuUsage()
  const untilMs = began + seconds * 1_000
  const produce = async () => {
    while (performance.now() < untilMs) {
      const at = performance.now()
      const taskId = taskIdOf(submitted++)
      const told = await loop.tell({
        type: 'task-submitted',
        taskId,
        ownerId: ana,
        task,
        digest,
        payloadBytes: 0,
      })
      if (!told.ok) throw new Error(told.reason)
      latencies.push(performance.now() - at)
    }
  }
  await Promise.all(Array.from({ length: producers }, produce))
  const tookMs = performance.now() - began
  const { user, system } = process.cpuUsage(cpuBegan)
  await loop.close()
  await journal.close()
  rmSync(folder, { recursive: true })
  latencies.sort((one, other) => one - other)
  const at = (part: number) => latencies[Math.floor(part * (latencies.length - 1))]!
  return {
    producers,
    tasksPerSecond: (1_000 * latencies.length) / tookMs,
    cpuMicrosecondsPerTask: (user + system) / latencies.length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  }
}

async function register(loop: Loop, number: number): Promise<void> {
  await loop.tell({
    type: 'node-registered',
    peerId: peerOf(`n${number}`),
    ownerId: ana,
    registration: registrationOf(`n${number}`),
    binding: null,
  })
}

const figures: Figure[] = []
for (const producers of [1, 64, 1_000, 4_000]) figures.push(await measure(producers))
if (values.json) console.log(JSON.stringify(figures, null, 2))
else {
  console.log('producers  tasks/s  CPU us/task  p50 ms  p99 ms')
  for (const each of figures) {
    const { producers, tasksPerSecond, cpuMicrosecondsPerTask, p50Ms, p99Ms } = each
    const cells = [
      String(producers).padStart(9),
      tasksPerSecond.toFixed(0).padStart(7),
      cpuMicrosecondsPerTask.toFixed(1).padStart(11),
      p50Ms.toFixed(1).padStart(6),
      p99Ms.toFixed(1).padStart(6),
    ]
    console.log(cells.join('  '))
  }
}
