// Many simulations, on all cores; for each promise that was broken, the line that shows it again.
//   npm run sim -- --seeds 10000 [--from 1] [--steps 2000] [--json]
import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Batch, BatchDone } from './batch.ts'
import { type Report, stepsByDefault } from './simulate.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    steps: { type: 'string', default: String(stepsByDefault) },
    json: { type: 'boolean', default: false },
  },
})
const seeds = Number(values.seeds)
const first = Number(values.from)
const steps = Number(values.steps)
const batchSeeds = 25
const program = fileURLToPath(new URL(`./batch${extname(import.meta.url)}`, import.meta.url))

const total = { seeds: 0, steps: 0, entries: 0, restarts: 0, tasks: 0 }
const broken: Report[] = []
let given = 0
let saidAtMs = 0
const beganMs = performance.now()
const running = new Set<ChildProcess>()

for (let core = 0; core < Math.min(availableParallelism(), Math.ceil(seeds / batchSeeds)); core++) {
  const child = fork(program)
  running.add(child)
  child.on('message', (done: BatchDone) => {
    count(done)
    giveMore(child)
  })
  child.on('exit', (code) => {
    running.delete(child)
    if (code !== 0 && code !== null) throw new Error(`a process of the simulation exited ${code}`)
    if (running.size === 0) conclude()
  })
  giveMore(child)
}

function giveMore(child: ChildProcess): void {
  const number = Math.min(batchSeeds, seeds - given)
  if (number === 0) {
    child.disconnect()
    return
  }
  child.send({ from: first + given, count: number, steps } satisfies Batch)
  given += number
}

function count(done: BatchDone): void {
  total.seeds += done.count
  total.steps += done.steps
  total.entries += done.entries
  total.restarts += done.restarts
  total.tasks += done.tasks
  for (const report of done.broken) {
    broken.push(report)
    process.stderr.write(`${report.broken}\n  ${replay(report.seed)}\n`)
  }
  if (performance.now() - saidAtMs < 5_000) return
  saidAtMs = performance.now()
  const { seeds: run } = total
  process.stderr.write(`${run} of ${seeds} seeds, ${broken.length} broken, ${rate()} seeds/s\n`)
}

function replay(seed: number): string {
  return `npm run -s vcp -- sim --seed ${seed} --steps ${steps} --trace`
}

function rate(): number {
  return Math.round((1_000 * total.seeds) / (performance.now() - beganMs))
}

function conclude(): void {
  const seconds = (performance.now() - beganMs) / 1_000
  const figures = { ...total, broken: broken.length, seeds_per_second: rate(), seconds }
  if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`)
  else {
    const { seeds: run, tasks, entries, restarts } = total
    process.stdout.write(
      `${run} seeds in ${seconds.toFixed(1)} s (${rate()} a second): ${tasks} tasks, ` +
        `${entries} entries, ${restarts} restarts; ${broken.length} seeds broke a promise\n`,
    )
    for (const { seed } of broken) process.stdout.write(`${replay(seed)}\n`)
  }
  process.exitCode = broken.length === 0 ? 0 : 1
}
