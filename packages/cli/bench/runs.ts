// What a node adds to a task beyond the sandbox: hello.wasm in a warm child, by the engine alone
// and by the agent, which takes the offer, signs, keeps all that on disk and reports, to nobody.
// One after the other, then as many as two children can take. And what measuring the machine costs.
//   node scripts/with-node.mjs packages/cli/bench/runs.ts [--json] [--tasks 2000]
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openMemoryStore } from '@vcp/mesh'
import { nativeSigner } from '@vcp/mesh/verify'
import {
  cidOf,
  defaultBreakerPolicy,
  type Offer,
  pass,
  type Receipt,
  refuse,
  sha256,
  TaskId,
  type TaskOf,
  taskSchemas,
} from '@vcp/protocol'
import { systemClock } from '../src/agent/clock.ts'
import type { EffectOf } from '../src/agent/core/effects.ts'
import type { AgentSettings } from '../src/agent/core/settings.ts'
import { openAgent } from '../src/agent/loop.ts'
import { createRunner } from '../src/agent/runner/runner.ts'
import { openAgentFile } from '../src/agent/store/agent-file.ts'
import { openSensors } from '../src/agent/telemetry/machine-sensors.ts'
import { openEngines } from '../src/engines/engines.ts'

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

/** One for all of them: they share children. */
const requester = sha256(module)
let taken = 0
/** Another task each time, as UUIDv7 has them. */
function offer(): Offer {
  taken += 1
  const task_id = TaskId.parse(`01900000-0000-7000-8000-${String(taken).padStart(12, '0')}`)
  const lease = { lease_epoch: 1, lease_ends_at_ms: Date.now() + 30_000 }
  return { task_id, peer_id: signer.peerId, ...lease, task, requester }
}

const settings: AgentSettings = {
  tasksMax: inFlight,
  memoryMbMax: 65_536,
  memoryFreeMbMin: 0,
  diskFreeGbMin: 0,
  othersCpuPercentMax: 100,
  hours: null,
  onlyOnMains: false,
  onlyWhenIdleSeconds: null,
  taskTypes: ['wasm_execution'],
  breaker: defaultBreakerPolicy,
}

/** All of a node but its network: a coordinator that takes every report at once is played. */
async function byAgent(file: string) {
  const store = await openMemoryStore(100_000_000)
  await store.put([module], { shape: 'whole' })
  const { records, kept } = openAgentFile(file)
  const ends = new Map<string, () => void>()
  const agent = openAgent({
    store: records,
    settings,
    clock: systemClock,
    needsOf: () => ({ memoryMb: 64, cpuCores: 1 }),
    carryOut(effect) {
      if (effect.type === 'start-run' || effect.type === 'release-task') runner.carryOut(effect)
      if (effect.type === 'send-report') void settle(effect)
    },
  })
  const runner = createRunner({
    engines,
    kept,
    store,
    source: { fetch: () => Promise.reject(new Error('it is here')) },
    signer,
    nowMs: Date.now,
    randomBytes: (size) => randomBytes(size),
    line: { ask: () => Promise.resolve(refuse('ROUND_CLOSED', 'no rounds are run here')) },
    coordinator: () => 'bench',
    tell: (input) => agent.tell(input),
  })
  async function settle({ reportId, report }: EffectOf<'send-report'>): Promise<void> {
    if (report.report !== 'signed') throw new Error('a run has failed')
    await agent.tell({ type: 'report-settled', reportId, answer: pass(null) })
    const { task_id: taskId, lease_epoch: leaseEpoch } = report.envelope.payload as Receipt
    if (report.envelope.type === 'commitment') {
      await agent.tell({ type: 'reveal-asked', taskId, leaseEpoch })
    } else {
      ends.get(taskId)?.()
      ends.delete(taskId)
    }
  }
  await agent.tell({ type: 'joined', logKey: 'bench', aheadMs: 0, leaseMs: 30_000 })
  const run = () =>
    new Promise<void>((resolve, reject) => {
      const offered = offer()
      ends.set(offered.task_id, resolve)
      void agent.offer(offered).then(({ answer }) => {
        if (answer === 'decline') reject(new Error('the offer was declined'))
      })
    })
  return {
    run,
    async close() {
      await runner.close()
      await agent.close()
    },
  }
}

const work = {
  taskId: offer().task_id,
  requester: 'bench',
  task,
  blobs: new Map([[cid, module]]),
  signal: new AbortController().signal,
  onProgress: () => undefined,
}
const agent = await byAgent(join(folder, 'agent.sqlite'))
const sensors = await openSensors(folder, Date.now)

const figures = [
  await measure('engine, one at a time', 1, () => engine.run(work)),
  await measure('agent, one at a time', 1, agent.run),
  await measure(`engine, ${inFlight} at a time`, inFlight, () => engine.run(work)),
  await measure(`agent, ${inFlight} at a time`, inFlight, agent.run),
  await measure('a sample of the sensors', 1, () => sensors.sample(), samples),
]

sensors.close()
await agent.close()
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
