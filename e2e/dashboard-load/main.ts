// How the dashboard of a network fares in a terminal while much happens: 200 nodes in its list, 50
// tasks a second submitted to the network of three that `vcp dev` starts. One dashboard, of the
// built package, is watched from within; a second one beside it, which is not, is what processor
// and memory are read of. Where rows can be chosen, a key is pressed every two seconds.
//   npm run build && node scripts/with-node.mjs e2e/dashboard-load/main.ts
//     [--seconds 60] [--tasks 50] [--nodes 200] [--columns 140] [--rows 45] [--json]
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Started, startDevNetwork } from '../bench/dev-network.ts'
import { ownCpuSeconds, residentMb } from '../bench/processes.ts'
import { openTmux, type TmuxTerminal } from '../terminal/tmux.ts'
import { submitSteadily } from '../web/full/submit-steadily.ts'
import { serveManyNodes } from './many-nodes.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '60' },
    tasks: { type: 'string', default: '50' },
    nodes: { type: 'string', default: '200' },
    columns: { type: 'string', default: '140' },
    rows: { type: 'string', default: '45' },
  },
})
const seconds = Number(values.seconds)
const panes = ['overview', 'fleet', 'queue'] as const
const keyEveryMs = 2_000
const program = fileURLToPath(new URL('../../packages/cli/bin/vcp.js', import.meta.url))
const preload = new URL('inside.mjs', import.meta.url).href

interface Opened {
  readonly terminal: TmuxTerminal
  readonly pid: number
}

async function open(name: string, url: string, key: string, folder: string, node: string[]) {
  const terminal = openTmux(name, Number(values.columns), Number(values.rows))
  const pidFile = join(folder, `${name}.pid`)
  const words = [...node, program, 'dashboard', '--coordinator', url]
  const command = `exec ${process.execPath} ${words.join(' ')} --data-dir ${join(folder, name)}`
  // The shell outlives the dashboard, and with it the terminal.
  const own = `export VCP_API_KEY=${key} FOUND_INSIDE=${join(folder, 'found.json')}`
  terminal.press(`${own}; sh -c 'echo $$ > ${pidFile}; ${command}'`, 'Enter')
  await terminal.until('ready')
  return { terminal, pid: Number(readFileSync(pidFile, 'utf8')) }
}

interface Taken {
  readonly pane: string
  readonly cpuPercent: number
  readonly residentMb: number
}

/** Each pane for its share of the time, in both. */
async function look({ watched, plain }: { watched: Opened; plain: Opened }): Promise<Taken[]> {
  const taken: Taken[] = []
  for (const [i, pane] of panes.entries()) {
    if (i > 0) for (const { terminal } of [watched, plain]) terminal.press(String(i + 1))
    const [before, began] = [ownCpuSeconds(plain.pid), performance.now()]
    let mostMb = 0
    while (performance.now() - began < (1_000 * seconds) / panes.length) {
      await pause(keyEveryMs)
      // Where nothing can be chosen, a key changes nothing, and no frame answers it.
      if (pane !== 'overview') watched.terminal.press('j')
      mostMb = Math.max(mostMb, residentMb(plain.pid))
    }
    const passed = (performance.now() - began) / 1_000
    const cpuPercent = (100 * (ownCpuSeconds(plain.pid) - before)) / passed
    taken.push({ pane, cpuPercent, residentMb: mostMb })
  }
  return taken
}

interface Found {
  readonly lag_ms: Readonly<Record<'p50' | 'p99' | 'max', number>>
  readonly every_ms: readonly number[]
  readonly busy_ms: readonly number[]
  readonly cpu_ms: readonly number[]
  readonly key_ms: readonly number[]
}

async function foundBy({ terminal }: Opened, folder: string): Promise<Found> {
  const file = join(folder, 'found.json')
  terminal.press('q')
  while (!existsSync(file)) await pause(100)
  await pause(100)
  return JSON.parse(readFileSync(file, 'utf8'))
}

function shares(given: readonly number[]) {
  const sorted = given.toSorted((one, other) => one - other)
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
  return { number: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) }
}

async function measured(network: Started, folder: string) {
  const many = await serveManyNodes(network.url, Number(values.nodes))
  const opened: Opened[] = []
  try {
    const { api_key: key } = network
    const watched = await open('watched', many.url, key, folder, ['--import', preload])
    opened.push(watched)
    const plain = await open('plain', many.url, key, folder, [])
    opened.push(plain)
    const rate = { perSecond: Number(values.tasks), seconds }
    const [submitted, taken] = await Promise.all([
      submitSteadily(network, rate),
      look({ watched, plain }),
    ])
    const load = loadavg()[0]
    const { lag_ms, every_ms, busy_ms, cpu_ms, key_ms } = await foundBy(watched, folder)
    const frames = {
      every_ms: shares(every_ms),
      busy_ms: shares(busy_ms),
      cpu_ms: shares(cpu_ms),
    }
    const tasksPerSecond = submitted / seconds
    return { load, tasksPerSecond, taken, lag_ms, frames, key_ms: shares(key_ms) }
  } finally {
    for (const { terminal } of opened) terminal.close()
    many.close()
  }
}

const folder = mkdtempSync(join(tmpdir(), 'vcp-dashboard-load-'))
const network = await startDevNetwork(3)
try {
  const figures = await measured(network, folder)
  if (values.json) say(JSON.stringify(figures))
  else {
    const { load, tasksPerSecond, taken, lag_ms, frames, key_ms } = figures
    say(`load ${load?.toFixed(1)}, ${tasksPerSecond.toFixed(1)} tasks a second`)
    for (const { pane, cpuPercent, residentMb: mb } of taken) {
      say(`${pane.padEnd(14)} ${cpuPercent.toFixed(2)} % of a core, ${mb.toFixed(0)} MB`)
    }
    const rows = { 'loop late': lag_ms, ...frames, 'key answered': key_ms }
    for (const [name, shared] of Object.entries(rows)) say(`${name.padEnd(14)} ${textOf(shared)}`)
  }
} finally {
  await network.stop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
}

function textOf(shared: Readonly<Record<string, number>>): string {
  const { number, ...times } = shared
  const texts = Object.entries(times).map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`)
  return `${texts.join(', ')}${number === undefined ? '' : ` (${number})`}`
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
