// What a dashboard costs to draw: CPU time of a screen as lines, and of a frame by Ink, for each
// pane at two sizes, of a network with 200 nodes and 100 tasks in its list.
//   node scripts/with-node.mjs packages/cli/bench/dashboard.ts [--frames 200]
import { PassThrough } from 'node:stream'
import { parseArgs } from 'node:util'
import { networkSubject } from '../src/dashboard/coordinator/subject.ts'
import { nodeSubject } from '../src/dashboard/node/subject.ts'
import { paletteOf } from '../src/dashboard/palette.ts'
import type { Subject } from '../src/dashboard/pane.ts'
import { createSession, type Session } from '../src/dashboard/session.ts'
import { textOf } from '../src/dashboard/show.ts'
import { recordedNetwork } from '../src/dashboard/testing/recorded-network.ts'
import { recordedNode } from '../src/dashboard/testing/recorded-node.ts'

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
  },
})
const frames = Number(values.frames)
const palette = paletteOf('dark', { env: {}, hasColour: true, colourDepth: 24 })

process.env['NODE_ENV'] = 'production'
const [{ render }, { createElement }, { Terminal }] = await Promise.all([
  import('ink'),
  import('react'),
  import('../src/dashboard/terminal.ts'),
])

const sizes = [
  { columns: 80, rows: 24 },
  { columns: 140, rows: 45 },
]
const rows = []
for (const size of sizes) {
  rows.push(...(await measure('node', nodeSubject, recordedNode, size)))
  rows.push(...(await measure('network', networkSubject, crowded(), size)))
}
if (values.json) console.log(JSON.stringify(rows))
else console.table(rows)

async function measure<Facts extends { readonly atMs: number }, Command>(
  of: string,
  subject: Subject<Facts, Command>,
  facts: Facts,
  size: (typeof sizes)[number],
) {
  const measured = []
  for (const [i, { title }] of subject.panes.entries()) {
    const session = createSession({
      subject,
      facts,
      isReadonly: true,
      size,
      onWish: () => undefined,
    })
    session.press(String(i + 1))
    const { columns, rows: height } = size
    const linesMs = await cpuMs(() => void tick(session, facts))
    const frameMs = await cpuOfFrames(session, facts, size)
    const figures = { lines_cpu_ms: linesMs, frame_cpu_ms: frameMs }
    measured.push({ of, pane: title, size: `${columns}x${height}`, ...figures })
  }
  return measured
}

/** A second goes by, and all is drawn anew. */
function tick<Facts extends { readonly atMs: number }>(session: Session<Facts>, facts: Facts) {
  session.note((before) => ({ ...facts, atMs: before.atMs + 1_000 }))
  return textOf(session as Session<never>, palette)
}

async function cpuOfFrames<Facts extends { readonly atMs: number }>(
  session: Session<Facts>,
  facts: Facts,
  size: (typeof sizes)[number],
): Promise<number> {
  const stdout = Object.assign(new PassThrough(), size)
  stdout.resume()
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => stdin,
    ref: () => stdin,
    unref: () => stdin,
  })
  const shown = session as unknown as Session<unknown>
  const text = () => textOf(shown, palette)
  let drawn = Promise.withResolvers<void>()
  const instance = render(createElement(Terminal, { session: shown, text, drawMsMin: 0 }), {
    stdout,
    stdin: stdin as never,
    patchConsole: false,
    incrementalRendering: true,
    interactive: true,
    maxFps: 0,
    onRender: () => drawn.resolve(),
  })
  let number = 0
  const ms = await cpuMs(async () => {
    drawn = Promise.withResolvers()
    number += 1
    session.say(`frame ${number}`, false)
    tick(session, facts)
    await drawn.promise
  })
  instance.unmount()
  return ms
}

async function cpuMs(work: () => void | Promise<void>): Promise<number> {
  for (let i = 0; i < 20; i++) await work()
  const before = process.cpuUsage()
  for (let i = 0; i < frames; i++) await work()
  const { user, system } = process.cpuUsage(before)
  return Math.round((user + system) / frames) / 1_000
}

function crowded() {
  const { nodes, tasks } = recordedNetwork
  if (nodes.asked !== 'answered' || tasks.asked !== 'answered') throw new Error('it is recorded')
  const node = nodes.answer.items[0]!
  const task = tasks.answer.items[0]!
  const many = Array.from({ length: 200 }, (_, i) => ({ ...node, peer_id: `${i}` as never }))
  const queue = Array.from({ length: 100 }, (_, i) => ({ ...task, task_id: `${i}` as never }))
  return {
    ...recordedNetwork,
    nodes: { ...nodes, answer: { items: many, isAll: false } },
    tasks: { ...tasks, answer: { items: queue, isAll: false } },
  }
}
