// What a submit costs over HTTP (tier d): authenticated with a JWT, acknowledged after fsync, by
// the program itself in a process of its own, one task a request and in batches of 100.
//   node scripts/with-node.mjs packages/coordinator/bench/http.ts
//     [--json] [--seconds 8] [--folder <folder>]
// The load comes from this process; on two cores it has the second one, and is part of the figure.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { uuidV7From } from '@vcp/protocol'
import { wasmTask } from '../src/core/testing/samples.ts'
import { signIn } from '../src/testing/http-caller.ts'
import { nodeFlags } from './as-started.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '8' },
    folder: { type: 'string', default: tmpdir() },
  },
})
const seconds = Number(values.seconds)

/** What is used of autocannon, which brings no types. */
interface Result {
  readonly '2xx': number
  readonly non2xx: number
  readonly errors: number
  readonly duration: number
  readonly latency: { readonly p50: number; readonly p99: number }
}
type Fire = (options: Readonly<Record<string, unknown>>) => Promise<Result>
const autocannon = createRequire(import.meta.url)('autocannon') as Fire

interface Figure {
  readonly connections: number
  readonly tasksPerRequest: number
  readonly requestsPerSecond: number
  readonly tasksPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** CPU of the coordinator for one task, in microseconds. */
  readonly cpuMicros: number
  readonly failed: number
}

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const roomy = ['auth', 'tasks'].flatMap((name) => [
  '--set',
  `rates.${name}.per_minute=1000000000`,
  '--set',
  `rates.${name}.burst=1000000000`,
])

async function startProgram(dataDir: string): Promise<{ child: ChildProcess; url: string }> {
  const args = [main, '--data-dir', dataDir, '--http-port', '0', ...roomy]
  const child = spawn(process.execPath, [...nodeFlags, '--conditions=source', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout! })) {
    return { child, url: (JSON.parse(line) as { readonly url: string }).url }
  }
  throw new Error('the coordinator ended before it listened')
}

/** User and system time of a process, from Linux; elsewhere it is not known. */
function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return Number.NaN
  }
}

const specText = JSON.stringify(wasmTask())
let tasks = 0

/** A task with an id of its own, as text: parsing it again would be load of ours. */
function submission(): string {
  tasks += 1
  const random = new Uint8Array(10)
  new DataView(random.buffer).setUint32(6, tasks)
  return `{"task_id":"${uuidV7From(Date.now(), random)}","task":${specText}}`
}

function bodyOf(count: number): string {
  if (count === 1) return submission()
  return `{"tasks":[${Array.from({ length: count }, submission).join(',')}]}`
}

async function measure(
  url: string,
  pid: number,
  headers: Readonly<Record<string, string>>,
  shape: { readonly connections: number; readonly tasksPerRequest: number },
): Promise<Figure> {
  const { connections, tasksPerRequest } = shape
  const path = tasksPerRequest === 1 ? '/api/v1/tasks' : '/api/v1/tasks/batch'
  const setupRequest = (request: object) => ({ ...request, body: bodyOf(tasksPerRequest) })
  const fire = (duration: number) =>
    autocannon({
      url,
      connections,
      duration,
      timeout: 60,
      requests: [
        {
          method: 'POST',
          path,
          headers: { 'content-type': 'application/json', ...headers },
          setupRequest,
        },
      ],
    })
  await fire(2)
  const before = cpuSeconds(pid)
  const result = await fire(seconds)
  const requests = result['2xx']
  const requestsPerSecond = requests / result.duration
  return {
    connections,
    tasksPerRequest,
    requestsPerSecond,
    tasksPerSecond: requestsPerSecond * tasksPerRequest,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    cpuMicros: ((cpuSeconds(pid) - before) * 1e6) / (requests * tasksPerRequest),
    failed: result.non2xx + result.errors,
  }
}

async function run(): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  for (const tasksPerRequest of [1, 100]) {
    for (const connections of [50, 1_000]) {
      // A coordinator of its own for each figure: none pays for what another left behind.
      const dataDir = mkdtempSync(join(values.folder, 'vcp-bench-http-'))
      const { child, url } = await startProgram(dataDir)
      try {
        const { headers } = await signIn(url, 'bench')
        figures.push(await measure(url, child.pid!, headers, { connections, tasksPerRequest }))
      } finally {
        child.kill('SIGTERM')
        await once(child, 'exit')
        rmSync(dataDir, { recursive: true, force: true })
      }
    }
  }
  return figures
}

const figures = await run()
if (values.json) console.log(JSON.stringify(figures, null, 2))
else {
  console.log(
    'connections  tasks/request  requests/s   tasks/s  p50 ms  p99 ms  CPU µs/task  failed',
  )
  for (const figure of figures) {
    const cells = [
      String(figure.connections).padStart(11),
      String(figure.tasksPerRequest).padStart(13),
      Math.round(figure.requestsPerSecond).toString().padStart(10),
      Math.round(figure.tasksPerSecond).toString().padStart(8),
      figure.p50Ms.toFixed(0).padStart(6),
      figure.p99Ms.toFixed(0).padStart(6),
      figure.cpuMicros.toFixed(0).padStart(11),
      String(figure.failed).padStart(6),
    ]
    console.log(cells.join('  '))
  }
}
