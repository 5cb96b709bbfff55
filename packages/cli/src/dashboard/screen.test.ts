// Every pane, at both sizes, from recorded states, as Ink lays it out.
import { stripVTControlCharacters } from 'node:util'
import { renderToString, Text } from 'ink'
import { createElement } from 'react'
import { describe, expect, test } from 'vitest'
import { nothingKnown as noNetwork } from './coordinator/facts.ts'
import { networkSubject } from './coordinator/subject.ts'
import { firstLook, type Look } from './look.ts'
import { nothingKnown } from './node/facts.ts'
import { nodeSubject } from './node/subject.ts'
import { type Palette, paletteOf } from './palette.ts'
import type { Subject } from './pane.ts'
import { screenOf } from './screen.ts'
import type { Room } from './table.ts'
import { recordedNetwork } from './testing/recorded-network.ts'
import { recordedNode } from './testing/recorded-node.ts'
import { columnsOf, painted } from './text.ts'

/** Control characters that end no line, and the one that turns text around. */
const steering = /(?!\n)[\p{Cc}\u202e]/u
const ground = { env: {}, hasColour: true, colourDepth: 24 }
const small = { columns: 80, rows: 24 }
const large = { columns: 120, rows: 40 }

function drawn<Facts, Command>(
  subject: Subject<Facts, Command>,
  facts: Facts,
  size: Room,
  more: Partial<Look> = {},
  palette: Palette | null = null,
): string {
  const look = { ...firstLook(subject), ...more }
  const { lines } = screenOf({ subject, facts, look, isReadonly: false, size })
  const text = lines.map((each) => painted(each, palette)).join('\n')
  const shown = renderToString(createElement(Text, { wrap: 'truncate' }, text), size)
  const rows = shown.split('\n')
  expect(rows.length).toBeLessThanOrEqual(size.rows - 1)
  if (palette === null)
    for (const row of rows) expect(columnsOf(row)).toBeLessThanOrEqual(size.columns)
  return shown
}

describe.each([
  ['80x24', small],
  ['120x40', large],
] as const)('a node at %s', (_, size) => {
  const pane = (name: string, more: Partial<Look> = {}) =>
    drawn(nodeSubject, recordedNode, size, { pane: name, ...more })

  test('says who it is, how it is and for whom it works, whatever is looked at', () => {
    for (const { words } of nodeSubject.panes) {
      const shown = pane(words[0])
      for (const word of ['anna', 'active', 'earned unknown', 'breaker closed', 'NAT unknown']) {
        expect(shown).toContain(word)
      }
      expect(shown).toContain('http://127.0.0.1:8420 joined')
      expect(shown).toContain('q leave')
    }
  })

  test('shows tasks with their phase, their gas of what they may use and the level', () => {
    const shown = pane('tasks')
    expect(shown).toMatch(/▸ 01900.*wasm_execution +running +█░+ 123 k gas +replicated/)
    const [task] = recordedNode.status?.tasks ?? []
    const opened = pane('tasks', { opened: task?.task_id ?? '' })
    expect(opened).toContain('123456 of 1000000')
    expect(opened).toContain(task?.task_id)
  })

  test('marks a row that is chosen from edge to edge, but for its gauge', () => {
    const palette = paletteOf('dark', ground)
    const shown = drawn(nodeSubject, recordedNode, size, { pane: 'tasks' }, palette)
    const row = shown.split('\n').find((each) => each.includes('▸')) ?? ''
    const stretches = row
      .split('\x1b[7m')
      .slice(1)
      .map((after) => after.split('\x1b')[0])
    expect(stretches).toHaveLength(2)
    expect(stretches.join('')).not.toMatch(/[█▏▎▍▌▋▊▉░]/)
    expect(row).toMatch(/█░+/)
    expect(columnsOf(stripVTControlCharacters(row))).toBe(size.columns)
  })

  test('shows hardware over time, and what is not known as unknown', () => {
    const shown = pane('hardware')
    expect(shown).toMatch(/CPU +█+[▏▎▍▌▋▊▉]?░+ +40 % +[▁▄█▇]+ 0-100 %/)
    expect(shown).toMatch(/temperature +·+ +unknown/)
    expect(shown).toContain('down unknown, up unknown')
  })

  test('shows whom it is connected to, and how', () => {
    const shown = pane('mesh')
    expect(shown).toMatch(/coordinator +direct +1\.3 ms/)
    expect(shown).toMatch(/\/vcp\/1\/checkpoints +rate unknown +heard 340/)
  })

  test('shows the training, its curves and what it costs the data', () => {
    const shown = pane('training')
    expect(shown).toMatch(/01900000.*round 4: the update is signed, closes in 40 s/)
    expect(shown).toContain('epsilon 1.500 of 8 spent, 6.500 left')
    expect(shown).toMatch(/loss +accuracy/)
    expect(shown.match(/●/g)).toHaveLength(6)
  })

  test('shows how its reputation comes about', () => {
    const shown = pane('evidence')
    expect(shown).toContain('0.91: 48 of 50 results were good, less 0.05 for disputes lost')
    expect(shown).toContain('2 of 3 passed')
    expect(shown).toContain('2 with wasm/1')
    expect(shown).toMatch(/declined +busy/)
  })

  test('cannot be steered by what a peer wrote', () => {
    const shown = pane('logs')
    expect(shown).toContain('evil')
    expect(shown).not.toMatch(steering)
  })
})

describe.each([
  ['80x24', small],
  ['120x40', large],
] as const)('a network at %s', (_, size) => {
  const pane = (name: string, more: Partial<Look> = {}) =>
    drawn(networkSubject, recordedNetwork, size, { pane: name, ...more })

  test('shows throughput, and how many nodes and tasks are how', () => {
    const shown = pane('overview')
    expect(shown).toMatch(/completed a second +50\.0 +▇ 0-60\/s/)
    expect(shown).toMatch(/nodes +online +█+[▏▎▍▌▋▊▉]?░* +180/)
    expect(shown).toContain('180 online of 200')
  })

  test('shows its fleet, and that there is more of it', () => {
    expect(pane('fleet')).toMatch(/the first 1 nodes of more[\s\S]*anna +.*online +active +█+/)
    expect(pane('fleet', { opened: recordedNetwork.nodes.asked })).toContain('not there any more')
  })

  test('shows the queue with reasons that steer nothing', () => {
    const shown = pane('queue')
    expect(shown).toMatch(/wasm_execution +failed/)
    expect(shown).not.toMatch(steering)
  })

  test('shows the newest round first, and the curves of its training alone', () => {
    const { rounds } = recordedNetwork
    if (rounds.asked !== 'answered') throw new Error('it is recorded')
    const task_id = '01900000-0000-7000-8000-000000000001' as never
    const older = rounds.answer.items.map((round) => ({
      ...{ ...round, task_id, round_id: `older ${round.number}` as never, loss: 9 },
      opened_at_ms: round.opened_at_ms - 3_600_000,
    }))
    const items = [...older, ...rounds.answer.items]
    const facts = { ...recordedNetwork, rounds: { ...rounds, answer: { items, isAll: false } } }
    const shown = drawn(networkSubject, facts, size, { pane: 'rounds' })
    expect(shown).toContain('the newest 8 of more')
    expect(shown).toMatch(/▸ 01900.* 4 +open[\s\S]* 3 +finalised/)
    expect(shown.match(/●/g)).toHaveLength(6)
  })

  test('draws nothing anew for time alone where it is asked for seldom', () => {
    for (const name of ['fleet', 'queue']) {
      const later = { ...recordedNetwork, atMs: recordedNetwork.atMs + 2_000 }
      expect(drawn(networkSubject, later, size, { pane: name })).toBe(pane(name))
    }
  })

  test('shows what is gone into whole, and no hints of what cannot be done there', () => {
    const { tasks, rounds } = recordedNetwork
    if (tasks.asked !== 'answered' || rounds.asked !== 'answered') throw new Error('it is recorded')
    const queued = pane('queue', { opened: tasks.answer.items[0]?.task_id ?? '' })
    expect(queued).toContain('ab'.repeat(32))
    const [round] = rounds.answer.items
    const opened = pane('rounds', { opened: round?.round_id ?? '' })
    for (const whole of [round?.model_in, round?.participants[0]]) expect(opened).toContain(whole)
    const help = pane('queue', { isHelp: true })
    expect(help).toContain('esc back')
    expect(help).not.toContain('enter open')
  })

  test('shows rounds and credits', () => {
    expect(pane('rounds')).toMatch(/finalised +3 of 2\+ +0\.7667 +80\.0 % +1\.500/)
    expect(pane('money')).toMatch(/credits +1\.5[\s\S]*in escrow +0\.02/)
  })
})

test('a dashboard that knows nothing yet shows just that', () => {
  for (const { words } of nodeSubject.panes) {
    const shown = drawn(nodeSubject, nothingKnown(0), small, { pane: words[0] })
    expect(shown).toContain('asking the agent')
    expect(shown).not.toMatch(/NaN|undefined|null/)
  }
  for (const { words } of networkSubject.panes) {
    const shown = drawn(networkSubject, noNetwork('http://a', 0), small, { pane: words[0] })
    expect(shown).not.toMatch(/NaN|undefined|null/)
  }
})

test('colour carries nothing that is not written as well', () => {
  for (const { words } of nodeSubject.panes) {
    const look = { pane: words[0] }
    const plain = drawn(nodeSubject, recordedNode, large, look)
    const coloured = drawn(nodeSubject, recordedNode, large, look, paletteOf('light', ground))
    const bare = stripVTControlCharacters(coloured)
    expect(bare.split('\n').map((row) => row.trimEnd())).toEqual(plain.split('\n'))
    expect(coloured).not.toBe(plain)
  }
})

test('an agent that is silent is said to be, and what was known stays', () => {
  const silent = { sinceMs: recordedNode.atMs - 5_000, reason: 'no agent runs on /srv/anna' }
  const shown = drawn(nodeSubject, { ...recordedNode, silent }, small)
  expect(shown).toContain('no answer for 5 s')
  expect(shown).toContain('wasm_execution')
})

test('help lists every command and can be scrolled to its end', () => {
  const top = drawn(nodeSubject, recordedNode, small, { isHelp: true })
  const bottom = drawn(nodeSubject, recordedNode, small, { isHelp: true, scroll: 10_000 })
  expect(top).toContain(' Keys')
  expect(bottom).toContain(':q')
})

test('a terminal that is too small is said to be', () => {
  expect(drawn(nodeSubject, recordedNode, { columns: 50, rows: 10 })).toContain('needs 60x16')
})
