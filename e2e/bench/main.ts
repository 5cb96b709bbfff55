// The network from outside: from a submit to a result that was verified, how many a second, and
// what a node costs that has nothing to do. Everything runs on this machine, in processes.
//   npm run bench:network [-- --json --tasks 300 --batch 3000 --idle-seconds 30]
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
import { startDevNetwork } from './dev-network.ts'
import { childrenOf, cpuSeconds, residentMb, wordsOf } from './processes.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    tasks: { type: 'string', default: '300' },
    batch: { type: 'string', default: '3000' },
    'idle-seconds': { type: 'string', default: '30' },
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

async function throughput(connection: Connection): Promise<number> {
  const count = Number(values.batch)
  async function* tasks() {
    for (let i = 0; i < count; i++) yield smallTask(i, 1)
  }
  const began = performance.now()
  let verified = 0
  for await (const outcome of runBatch(connection, tasks(), { knownLogs: memoryKnownLogs() })) {
    if (!outcome.ok) throw outcome.error
    verified += 1
  }
  return (1_000 * verified) / (performance.now() - began)
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
  measure: (connection: Connection, nodePids: readonly number[]) => Promise<Value>,
): Promise<Value> {
  const network = await startDevNetwork(nodes)
  const connection = connect({ url: network.url, credentials: apiKey(network.api_key) })
  try {
    const pids = childrenOf(network.child.pid!).filter((pid) => wordsOf(pid).includes('--headless'))
    return await measure(connection, pids)
  } finally {
    await connection.close()
    await network.stop()
  }
}

const three = await withNetwork(3, async (connection, pids) => ({
  idle: await idle(pids),
  signed: await latency(connection, 1),
  replicated: await latency(connection, 2),
}))
const tasksPerSecond = await withNetwork(4, async (connection) => {
  // The nodes compile the module, and the coordinator comes to know them.
  await latency(connection, 1)
  return throughput(connection)
})

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

if (values.json) say(JSON.stringify({ ...three, tasksPerSecond }, null, 2))
else {
  const ms = ({ p50Ms, p99Ms }: Latency) => `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`
  say(`submit to verified, 3 nodes, signed:        ${ms(three.signed)}`)
  say(`submit to verified, 3 nodes, replicated 2:  ${ms(three.replicated)}`)
  say(`verified a second, 4 nodes, signed:         ${tasksPerSecond.toFixed(0)}`)
  const { cpuPercent, residentMb: mb } = three.idle
  say(`an idle node: ${cpuPercent.toFixed(2)} % of a core, ${mb.toFixed(0)} MB`)
}
