// The network from outside: from a submit to a result that was verified, how many a second, and
// what a node costs that has nothing to do. Everything runs on this machine, in processes. Beside
// the time by the clock, which others on the machine share, stands the processor's.
//   npm run bench:network [-- --json --tasks 300 --batch 3000 --idle-seconds 30 --only batch]
// With --markdown it prints the lines that stand in packages/cli/README.md, to be put there.
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import {
  apiKey,
  type Connection,
  connect,
  createTaskFeed,
  memoryKnownLogs,
  nameBlob,
  type PreparedTask,
  prepareTask,
  runBatch,
  runTask,
  type TaskDraft,
} from '@vcp/client'
import { createNativeVerify } from '@vcp/mesh/verify'
import { startDevNetwork } from './dev-network.ts'
import { childrenOf, cpuSeconds, ownCpuSeconds, residentMb, wordsOf } from './processes.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    tasks: { type: 'string', default: '300' },
    batch: { type: 'string', default: '3000' },
    'idle-seconds': { type: 'string', default: '30' },
    /** `batch`: only how many a second. */
    only: { type: 'string' },
  },
})

/** `(func (export "f") (param i32) (result i32) local.get 0)`. */
const module = nameBlob(
  Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f, 3, 2, 1, 0],
    ...[7, 5, 1, 1, 0x66, 0, 0, 10, 6, 1, 4, 0, 0x20, 0, 0x0b],
  ]),
)

function smallTask(value: number, quorum: number): PreparedTask {
  const call = { kind: 'function', function: 'f', arguments: [{ type: 'i32', value }] }
  const level = quorum === 1 ? 'signed' : 'replicated'
  const draft = {
    task_type: 'wasm_execution',
    inputs: { module: module.cid, call, limits: { memory_mb: 16, seconds: 10, gas: 1_000_000 } },
    verification: { level, quorum },
  } as TaskDraft
  return prepareTask(draft, { blobs: [module] })
}

interface Latency {
  readonly tasks: number
  readonly p50Ms: number
  readonly p99Ms: number
}

async function latency(connection: Connection, quorum: number): Promise<Latency> {
  const feed = createTaskFeed(connection)
  const knownLogs = memoryKnownLogs()
  const tookMs: number[] = []
  const warmUp = 30
  const tasks = Number(values.tasks)
  for (let i = 0; i < warmUp + tasks; i++) {
    const began = performance.now()
    await runTask(connection, smallTask(i, quorum), { knownLogs, feed })
    if (i >= warmUp) tookMs.push(performance.now() - began)
  }
  feed.close()
  return { tasks, p50Ms: quantile(tookMs, 0.5), p99Ms: quantile(tookMs, 0.99) }
}

interface Throughput {
  readonly tasksPerSecond: number
  /** Processor time for one task, by whose it is; of all nodes together. */
  readonly cpuMsPerTask: {
    readonly client: number
    readonly coordinator: number
    readonly nodes: number
    /** The sandboxes, which run the programs. */
    readonly children: number
  }
}

async function throughput(connection: Connection, pids: Pids): Promise<Throughput> {
  const count = Number(values.batch)
  async function* tasks() {
    for (let i = 0; i < count; i++) yield smallTask(i, 1)
  }
  const before = cpuOf(pids)
  const began = performance.now()
  let verified = 0
  for await (const outcome of runBatch(connection, tasks(), { knownLogs: memoryKnownLogs() })) {
    if (!outcome.ok) throw outcome.error
    verified += 1
  }
  const seconds = (performance.now() - began) / 1_000
  const after = cpuOf(pids)
  const spent = (whose: keyof typeof after) => (1_000 * (after[whose] - before[whose])) / verified
  return {
    tasksPerSecond: verified / seconds,
    cpuMsPerTask: {
      client: spent('client'),
      coordinator: spent('coordinator'),
      nodes: spent('nodes'),
      children: spent('children'),
    },
  }
}

const coordinatorFile = /coordinator[/\\](src|dist)[/\\]main\.[jt]s$/

interface Pids {
  readonly coordinator: number
  readonly nodes: readonly number[]
}

function cpuOf({ coordinator, nodes }: Pids) {
  const { user, system } = process.cpuUsage()
  const sum = (pids: readonly number[]) => pids.reduce((all, pid) => all + ownCpuSeconds(pid), 0)
  return {
    client: (user + system) / 1e6,
    coordinator: cpuSeconds(coordinator),
    nodes: sum(nodes),
    children: sum(nodes.flatMap(childrenOf)),
  }
}

interface Idle {
  readonly cpuPercent: number
  readonly residentMb: number
}

/** The dearest of the nodes. */
async function idle(pids: readonly number[]): Promise<Idle> {
  const seconds = Number(values['idle-seconds'])
  const before = pids.map(cpuSeconds)
  await new Promise((resolve) => setTimeout(resolve, 1_000 * seconds))
  const shares = pids.map((pid, i) => (100 * (cpuSeconds(pid) - before[i]!)) / seconds)
  return { cpuPercent: Math.max(...shares), residentMb: Math.max(...pids.map(residentMb)) }
}

function quantile(taken: readonly number[], share: number): number {
  const sorted = taken.toSorted((one, other) => one - other)
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
}

async function withNetwork<Value>(
  nodes: number,
  measure: (connection: Connection, pids: Pids) => Promise<Value>,
): Promise<Value> {
  const network = await startDevNetwork(nodes, ['--quiet'])
  const connection = connect({
    url: network.url,
    credentials: apiKey(network.api_key),
    verify: createNativeVerify(),
  })
  try {
    const started = childrenOf(network.child.pid!)
    const nodes = started.filter((pid) => wordsOf(pid).includes('--headless'))
    const coordinator = started.find((pid) =>
      wordsOf(pid).some((word) => coordinatorFile.test(word)),
    )
    if (coordinator === undefined) throw new Error('vcp dev has no coordinator')
    return await measure(connection, { coordinator, nodes })
  } finally {
    await connection.close()
    await network.stop()
  }
}

const [loadBefore = 0] = loadavg()
const three =
  values.only === 'batch'
    ? null
    : await withNetwork(3, async (connection, { nodes }) => ({
        idle: await idle(nodes),
        signed: await latency(connection, 1),
        replicated: await latency(connection, 2),
      }))
const four = await withNetwork(4, async (connection, pids) => {
  // The nodes compile the module, and the coordinator comes to know them.
  await latency(connection, 1)
  return throughput(connection, pids)
})

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** What was measured, and what came of it. */
function rows(): readonly (readonly [string, string])[] {
  const ms = ({ p50Ms, p99Ms }: Latency) => `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`
  const spent = Object.entries(four.cpuMsPerTask)
  const all = spent.reduce((sum, [, each]) => sum + each, 0)
  const each = spent.map(([whose, spentMs]) => `${whose} ${spentMs.toFixed(2)}`).join(', ')
  const batch = [
    ['verified a second, 4 nodes, signed', four.tasksPerSecond.toFixed(0)],
    ['processor time of one of them', `${all.toFixed(2)} ms: ${each}`],
  ] as const
  if (three === null) return batch
  const { cpuPercent, residentMb: mb } = three.idle
  return [
    ['submit to verified, 3 nodes, signed', ms(three.signed)],
    ['submit to verified, 3 nodes, replicated 2', ms(three.replicated)],
    ...batch,
    ['an idle node', `${cpuPercent.toFixed(2)} % of a core, ${mb.toFixed(0)} MB`],
  ]
}

if (values.json) say(JSON.stringify({ ...three, ...four }, null, 2))
else if (values.markdown) {
  say(`| load ${loadBefore.toFixed(1)} at the start | |\n|---|---|`)
  for (const [what, figure] of rows()) say(`| ${what} | ${figure} |`)
} else for (const [what, figure] of rows()) say(`${`${what}:`.padEnd(43)} ${figure}`)
