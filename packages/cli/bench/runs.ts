// What a node adds to a task beyond the sandbox: hello.wasm in a warm child, by the engine alone
// and by the runner, which fetches, signs and keeps. One after the other, then as many as two
// children can take. And what measuring the machine costs.
//   node scripts/with-node.mjs packages/cli/bench/runs.ts [--json] [--tasks 2000]
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openMemoryStore } from '@vcp/mesh'
import { cidOf, type Offer, TaskId, type TaskOf, taskSchemas } from '@vcp/protocol'
import { openKept } from '../src/agent/kept/open-kept.ts'
import { createRunner, type RunnerInput } from '../src/agent/runner/runner.ts'
import { openSensors } from '../src/agent/telemetry/machine-sensors.ts'
import { openEngines } from '../src/engines/engines.ts'
import { nativeSigner } from '../src/keystore/native-signer.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    tasks: { type: 'string', default: '2000' },
  },
})
const count = Number(values.tasks)
const warmUps = 500
const inFlight = 32
const samples = 200

interface Figure {
  readonly what: string
  readonly p50Ms: number
  readonly p99Ms: number | null
  /** Of this process, without its children. */
  readonly cpuMs: number
  readonly perSecond: number
}

const file = new URL('../../../wasm-modules/hello/hello.wasm', import.meta.url)
const module: Uint8Array = readFileSync(file)
const cid = cidOf('raw', module)
const task: TaskOf<'wasm_execution'> = taskSchemas.wasm_execution.parse({
  task_type: 'wasm_execution',
  inputs: { module: cid, call: { kind: 'wasi' } },
})

/** `work` is told how often it was called, from zero. */
async function measure(
  what: string,
  lanes: number,
  work: (round: number) => Promise<unknown>,
  rounds = count,
): Promise<Figure> {
  let round = 0
  const times: number[] = []
  const lane = async (until: number) => {
    while (round < until) {
      const began = performance.now()
      await work(round++)
      times.push(performance.now() - began)
    }
  }
  const all = (until: number) => Promise.all(Array.from({ length: lanes }, () => lane(until)))
  await all(warmUps)
  times.length = 0
  const [cpu, began] = [process.cpuUsage(), performance.now()]
  await all(warmUps + rounds)
  const wallMs = performance.now() - began
  const { user, system } = process.cpuUsage(cpu)
  times.sort((one, other) => one - other)
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN
  return {
    what,
    p50Ms: at(0.5),
    p99Ms: rounds < 1_000 ? null : at(0.99),
    cpuMs: (user + system) / 1_000 / times.length,
    perSecond: (1_000 * times.length) / wallMs,
  }
}

const signer = nativeSigner(new Uint8Array(32).fill(7))
const folder = mkdtempSync(join(tmpdir(), 'vcp-bench-'))
const began = performance.now()
const engines = await openEngines({ seats: 2 })
const openedMs = performance.now() - began
const engine = engines.ready.get('wasm_execution')!

let taken = 0
/** Another task each time, as UUIDv7 has them. */
function offer(): Offer {
  taken += 1
  const task_id = TaskId.parse(`01900000-0000-7000-8000-${String(taken).padStart(12, '0')}`)
  const lease = { lease_epoch: 1, lease_ends_at_ms: Date.now() + 30_000 }
  return { task_id, peer_id: signer.peerId, ...lease, task }
}

async function byRunner(kept: ReturnType<typeof openKept>) {
  const store = await openMemoryStore(100_000_000)
  await store.put([module], { shape: 'whole' })
  const ends = new Map<string, () => void>()
  const runner = createRunner({
    engines,
    kept,
    store,
    source: { fetch: () => Promise.reject(new Error('it is here')) },
    signer,
    nowMs: Date.now,
    randomBytes: (size) => randomBytes(size),
    coordinator: () => 'bench',
    async tell(input: RunnerInput) {
      if (input.type !== 'run-ended') return
      if (input.end.kind === 'failed') throw new Error(input.end.reason)
      ends.get(input.taskId)?.()
      ends.delete(input.taskId)
      runner.carryOut({ type: 'release-task', taskId: input.taskId })
    },
  })
  const run = () =>
    new Promise<void>((resolve) => {
      const offered = offer()
      ends.set(offered.task_id, resolve)
      runner.carryOut({ type: 'start-run', offer: offered })
    })
  return { run, close: () => runner.close() }
}

const work = {
  taskId: offer().task_id,
  requester: 'bench',
  task,
  blobs: new Map([[cid, module]]),
  signal: new AbortController().signal,
  onProgress: () => undefined,
}
const inMemory = openKept(':memory:')
const onDisk = openKept(join(folder, 'kept.db'))
const [memoryRunner, diskRunner] = [await byRunner(inMemory), await byRunner(onDisk)]
const sensors = await openSensors(folder, Date.now)

const figures = [
  await measure('engine, one at a time', 1, () => engine.run(work)),
  await measure('runner, keeping in memory, one at a time', 1, memoryRunner.run),
  await measure('runner, keeping on disk, one at a time', 1, diskRunner.run),
  await measure(`engine, ${inFlight} at a time`, inFlight, () => engine.run(work)),
  await measure(`runner, keeping on disk, ${inFlight} at a time`, inFlight, diskRunner.run),
  await measure('a sample of the sensors', 1, () => sensors.sample(), samples),
]

sensors.close()
await Promise.all([memoryRunner.close(), diskRunner.close()])
inMemory.close()
onDisk.close()
await engines.close()
rmSync(folder, { recursive: true, force: true })

if (values.json) {
  console.log(JSON.stringify({ tasks: count, openedMs, figures }))
} else {
  const width = Math.max(...figures.map(({ what }) => what.length))
  const row = (...cells: readonly string[]) => cells.map((cell) => cell.padStart(10)).join('')
  console.log(' '.repeat(width) + row('p50 ms', 'p99 ms', 'CPU ms', 'a second'))
  for (const { what, p50Ms, p99Ms, cpuMs, perSecond } of figures) {
    const p99 = p99Ms === null ? '' : p99Ms.toFixed(2)
    const cells = [p50Ms.toFixed(2), p99, cpuMs.toFixed(2), perSecond.toFixed(0)]
    console.log(what.padEnd(width) + row(...cells))
  }
  console.log(`engines opened and tried out in ${openedMs.toFixed(0)} ms`)
}
