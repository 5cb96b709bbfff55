// How long a start takes: a journal of a million events in SQLite, read from the beginning, and
// from a snapshot of it; and how long the coordinator stands still while that is made.
//   node scripts/with-node.mjs packages/coordinator/bench/recovery.ts
//     [--json] [--events 1000000] [--waiting 100000] [--folder <folder>]
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { type Digest, entryDigest, leafBytes, taskDigest } from '@vcp/protocol'
import type { Entry } from '../src/core/entry.ts'
import { defaultSettings } from '../src/core/settings.ts'
import { ana, taskIdOf, wasmTask } from '../src/core/testing/samples.ts'
import type { Journal } from '../src/journal/journal.ts'
import { openThreadedJournal } from '../src/journal/threaded-journal.ts'
import { keepInThread } from '../src/loop/keeper.ts'
import { recover } from '../src/loop/recover.ts'
import { nativeDigest } from '../src/native-sha256.ts'
import { LoadedCore } from './loaded-core.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    events: { type: 'string', default: '1000000' },
    waiting: { type: 'string', default: '100000' },
    folder: { type: 'string', default: tmpdir() },
  },
})
const nodes = 1_000

/** Chains entries as the loop does, and appends them a thousand at a time. */
class Writer {
  readonly #journal: Journal
  #previous: Digest | null = null
  #leaves: Uint8Array[] = []

  constructor(journal: Journal) {
    this.#journal = journal
  }

  get size(): number {
    return this.#journal.size + this.#leaves.length
  }

  add({ index, atMs, event }: Entry): void {
    const leaf = leafBytes({ index, at_ms: atMs, previous: this.#previous, event })
    this.#previous = entryDigest(leaf, nativeDigest)
    this.#leaves.push(leaf)
  }

  async flush(min: number): Promise<void> {
    if (this.#leaves.length < min) return
    await this.#journal.append(this.#journal.size, this.#leaves)
    this.#leaves = []
  }
}

async function write(file: string): Promise<void> {
  const journal = await openThreadedJournal({ file })
  const writer = new Writer(journal)
  const core = new LoadedCore(defaultSettings, (entry) => writer.add(entry))
  const single = wasmTask({ verification: { quorum: 1 } })
  const nowhere = wasmTask({ requirements: { regions: ['nowhere'] } })
  core.addNodes(nodes)
  for (let number = 0; number < Number(values.waiting); number++) {
    const taskId = taskIdOf(10_000_000 + number)
    const digest = taskDigest(nowhere)
    core.tell({
      type: 'task-submitted',
      taskId,
      ownerId: ana,
      task: nowhere,
      digest,
      payloadBytes: 0,
    })
    await writer.flush(1_000)
  }
  for (let number = 0; writer.size < Number(values.events); number++) {
    core.runToTheEnd(number, single)
    await writer.flush(1_000)
  }
  await writer.flush(1)
  await journal.close()
}

interface Start {
  readonly replayed: number
  readonly openMs: number
  readonly recoverMs: number
  readonly cpuMs: number
}

async function start(file: string, use: (journal: Journal) => Promise<void>): Promise<Start> {
  const began = performance.now()
  const cpuBegan = process.cpuUsage()
  const journal = await openThreadedJournal({ file })
  const openMs = performance.now() - began
  const { replayed } = await recover(journal, defaultSettings)
  const recoverMs = performance.now() - began - openMs
  const { user, system } = process.cpuUsage(cpuBegan)
  await use(journal)
  await journal.close()
  return { replayed, openMs, recoverMs, cpuMs: (user + system) / 1_000 }
}

interface Keeping {
  readonly tookMs: number
  readonly megabytes: number
  /** The longest time in which this thread did nothing else. */
  readonly pauseMs: number
  readonly pauseP99Ms: number
}

async function keep(journal: Journal): Promise<Keeping> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const began = performance.now()
  const { bytes } = await keepInThread(journal, defaultSettings)
  const tookMs = performance.now() - began
  delay.disable()
  return {
    tookMs,
    megabytes: bytes / 1e6,
    pauseMs: delay.max / 1e6,
    pauseP99Ms: delay.percentile(99) / 1e6,
  }
}

async function measure() {
  const folder = mkdtempSync(join(values.folder, 'vcp-bench-'))
  const file = join(folder, 'journal.sqlite')
  try {
    await write(file)
    const megabytes = statSync(file).size / 1e6
    let keeping: Keeping | null = null
    const fromBeginning = await start(file, async (journal) => {
      keeping = await keep(journal)
    })
    const fromSnapshot = await start(file, async () => {})
    return { megabytes, fromBeginning, fromSnapshot, keeping: keeping! as Keeping }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const figures = await measure()
if (values.json) console.log(JSON.stringify(figures, null, 2))
else {
  const line = (name: string, { replayed, openMs, recoverMs, cpuMs }: Start) => {
    const cells = [openMs, recoverMs, cpuMs].map((ms) => (ms / 1_000).toFixed(2).padStart(10))
    console.log(`${name.padEnd(20)}${String(replayed).padStart(10)}${cells.join('')}`)
  }
  console.log(`a journal of ${figures.megabytes.toFixed(0)} MB, ${values.waiting} tasks waiting`)
  console.log('a start                 entries    open s recovery s     CPU s')
  line('from the beginning', figures.fromBeginning)
  line('from a snapshot', figures.fromSnapshot)
  const { tookMs, megabytes, pauseMs, pauseP99Ms } = figures.keeping
  console.log(
    `a snapshot of ${megabytes.toFixed(0)} MB beside: ${(tookMs / 1_000).toFixed(1)} s; the loop ` +
      `late by ${pauseP99Ms.toFixed(1)} ms at the 99th percentile, ${pauseMs.toFixed(1)} at most`,
  )
}
