// What durability costs: appends a second and their latency by the number of producers that wait
// for each of theirs, and how long a long journal takes to open and to read.
//   node scripts/with-node.mjs packages/coordinator/bench/journal.ts
//     [--json] [--seconds 5] [--entries 1000000] [--folder <folder>] [--database <url>]
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { signerFrom } from '@vcp/protocol'
import { systemClock } from '../src/journal/clock.ts'
import { createGroupCommit } from '../src/journal/group-commit.ts'
import type { Journal } from '../src/journal/journal.ts'
import { openPostgresJournal } from '../src/journal/postgres-journal.ts'
import { openSqliteJournal } from '../src/journal/sqlite-journal.ts'
import { openLog } from '../src/log/log.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '5' },
    entries: { type: 'string', default: '1000000' },
    folder: { type: 'string', default: tmpdir() },
    /** An empty schema of a Postgres: the appends are measured there. */
    database: { type: 'string' },
  },
})
const seconds = Number(values.seconds)
const entryCount = Number(values.entries)
const entryBytes = 300

interface AppendFigure {
  readonly producers: number
  readonly perSecond: number
  /** How many appends one transaction made durable, on average. */
  readonly group: number
  readonly p50Ms: number
  readonly p99Ms: number
}

interface RecoveryFigure {
  readonly entries: number
  readonly fileMegabytes: number
  readonly openMs: number
  readonly openLogMs: number
  readonly readMs: number
  readonly readPerSecond: number
}

/** No two alike, so that nothing on the way can make them smaller. */
function entry(number: number): Uint8Array {
  const bytes = new Uint8Array(entryBytes)
  new DataView(bytes.buffer).setFloat64(0, number)
  for (let i = 8; i < entryBytes; i++) bytes[i] = (number * 31 + i * 17) & 0xff
  return bytes
}

/** Counts the transactions of a journal. */
function counted(journal: Journal): { readonly journal: Journal; transactions(): number } {
  let transactions = 0
  const counting: Journal = Object.create(journal, {
    size: { get: () => journal.size },
    append: {
      value: (first: number, batch: readonly Uint8Array[]) => {
        transactions += 1
        return journal.append(first, batch)
      },
    },
  })
  return { journal: counting, transactions: () => transactions }
}

async function measureAppends(journal: Journal, producers: number): Promise<AppendFigure> {
  const { journal: counting, transactions } = counted(journal)
  const commit = createGroupCommit(counting, systemClock)
  const latencies: number[] = []
  const began = performance.now()
  const end = began + seconds * 1_000
  async function produce(number: number): Promise<void> {
    for (let i = number; performance.now() < end; i += producers) {
      const handed = performance.now()
      const taken = commit.append([entry(i)])
      if (!taken.ok) throw new Error(taken.reason)
      await taken.value
      latencies.push(performance.now() - handed)
    }
  }
  await Promise.all(Array.from({ length: producers }, (_, number) => produce(number)))
  const elapsed = performance.now() - began
  await commit.close()
  latencies.sort((one, other) => one - other)
  const at = (share: number) => latencies[Math.floor(share * (latencies.length - 1))] ?? Number.NaN
  return {
    producers,
    perSecond: (latencies.length / elapsed) * 1_000,
    group: latencies.length / transactions(),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  }
}

async function fill(journal: Journal, count: number): Promise<void> {
  const batch = 10_000
  for (let from = journal.size; from < count; from += batch) {
    const length = Math.min(batch, count - from)
    await journal.append(
      from,
      Array.from({ length }, (_, i) => entry(from + i)),
    )
  }
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const began = performance.now()
  return [await work(), performance.now() - began]
}

async function measureRecovery(file: string): Promise<RecoveryFigure> {
  const key = { origin: 'bench.invalid/log', signer: signerFrom(new Uint8Array(32).fill(1)) }
  const written = await openSqliteJournal({ file })
  await fill(written, entryCount)
  // With a head to compare the journal with, as after any real run.
  await (await openLog(written, key, systemClock)).checkpoint()
  await written.close()

  const [journal, openMs] = await timed(() => openSqliteJournal({ file }))
  const [log, openLogMs] = await timed(() => openLog(journal, key, systemClock))
  const [entries, readMs] = await timed(async () => {
    let read = 0
    for await (const page of journal.read(0)) read += page.length
    return read
  })
  if (log.size !== entries) throw new Error(`read ${entries} of ${log.size} entries`)
  await journal.close()
  const fileMegabytes = statSync(file).size / 1e6
  const readPerSecond = (entries / readMs) * 1_000
  return { entries, fileMegabytes, openMs, openLogMs, readMs, readPerSecond }
}

const folder = mkdtempSync(join(values.folder, 'vcp-bench-'))
try {
  const appends: AppendFigure[] = []
  for (const producers of [1, 64, 1_000, 4_000]) {
    const journal =
      values.database === undefined
        ? await openSqliteJournal({ file: join(folder, `appends-${producers}.db`) })
        : await openPostgresJournal({ url: values.database })
    appends.push(await measureAppends(journal, producers))
    await journal.close()
  }
  const recovery = await measureRecovery(join(folder, 'recovery.db'))
  if (values.json) console.log(JSON.stringify({ appends, recovery }, null, 2))
  else print(appends, recovery)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function print(appends: readonly AppendFigure[], recovery: RecoveryFigure): void {
  const cells = (...texts: readonly string[]) => texts.map((text) => text.padStart(12)).join('')
  console.log(
    `durable appends of ${entryBytes} bytes, each awaited by its producer, ${seconds} s each`,
  )
  console.log(cells('producers', 'a second', 'a group', 'p50 ms', 'p99 ms', 'to one'))
  for (const { producers, perSecond, group, p50Ms, p99Ms } of appends) {
    const ratio = perSecond / (appends[0]?.perSecond ?? Number.NaN)
    const figures = [perSecond.toFixed(0), group.toFixed(0), p50Ms.toFixed(2), p99Ms.toFixed(2)]
    console.log(cells(String(producers), ...figures, `${ratio.toFixed(1)}x`))
  }
  const { entries, fileMegabytes, openMs, openLogMs, readMs, readPerSecond } = recovery
  console.log(
    `\nrecovery of ${entries} entries, ${fileMegabytes.toFixed(0)} MB, checksums compared`,
  )
  console.log(cells('open ms', 'log ms', 'read ms', 'a second'))
  const figures = [openMs, openLogMs, readMs, readPerSecond].map((figure) => figure.toFixed(0))
  console.log(cells(...figures))
}
