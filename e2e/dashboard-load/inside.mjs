// Loaded into a dashboard with --import, before the program: how late its event loop is, what lies
// between two frames, and how soon a key is answered. What it finds is written when it ends.
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'

const resolution = 20
const delay = monitorEventLoopDelay({ resolution })
delay.enable()

/** @type {Record<'every_ms' | 'busy_ms' | 'cpu_ms' | 'key_ms', number[]>} */
const found = { every_ms: [], busy_ms: [], cpu_ms: [], key_ms: [] }
let before = moment()
let isDrawing = false
let isShown = false
/** When the key came that no frame has answered yet. */
let keyAtMs = null

function moment() {
  const { user, system } = process.cpuUsage()
  const busyMs = performance.eventLoopUtilization().active
  return { atMs: performance.now(), busyMs, cpuMs: (user + system) / 1_000 }
}

function drawn() {
  isDrawing = false
  const now = moment()
  // Until the first frame the program is loaded, and nobody looks yet.
  if (!isShown) delay.reset()
  else keep(now)
  isShown = true
  before = now
}

function keep(now) {
  found.every_ms.push(now.atMs - before.atMs)
  found.busy_ms.push(now.busyMs - before.busyMs)
  found.cpu_ms.push(now.cpuMs - before.cpuMs)
}

const { stdout, stdin } = process
const write = stdout.write.bind(stdout)
stdout.write = (...given) => {
  if (keyAtMs !== null) found.key_ms.push(performance.now() - keyAtMs)
  keyAtMs = null
  // A frame may be several writes, all of one turn.
  if (!isDrawing) setImmediate(drawn)
  isDrawing = true
  return write(...given)
}
const read = stdin.read.bind(stdin)
stdin.read = (size) => {
  const chunk = read(size)
  if (chunk !== null) keyAtMs ??= performance.now()
  return chunk
}

process.once('exit', () => {
  delay.disable()
  const late = (ns) => Math.max(0, ns / 1e6 - resolution)
  const lag_ms = {
    p50: late(delay.percentile(50)),
    p99: late(delay.percentile(99)),
    max: late(delay.max),
  }
  writeFileSync(process.env['FOUND_INSIDE'], JSON.stringify({ lag_ms, ...found }))
})
