import { describe, expect, test } from 'vitest'
import { firstLook, type Key, type Look, press, type Wish } from './look.ts'
import { nodeSubject } from './node/subject.ts'
import { recordedNode } from './testing/recorded-node.ts'

const place = {
  subject: nodeSubject,
  facts: recordedNode,
  page: 10,
  scrollMax: 5,
  isReadonly: false,
}

function after(keys: readonly Key[], isReadonly = false) {
  let look: Look = firstLook(nodeSubject)
  const wishes: Wish<unknown>[] = []
  for (const key of keys) {
    const pressed = press(look, key, { ...place, isReadonly })
    look = pressed.look
    if (pressed.wish !== null) wishes.push(pressed.wish)
  }
  return { look, wishes }
}

const first = recordedNode.status?.tasks[0]?.task_id ?? ''

describe('the keys of a dashboard', () => {
  test.each<[readonly Key[], Partial<Look>]>([
    [['2'], { pane: 'hardware' }],
    [['9'], { pane: 'tasks' }],
    [['<tab>', '<right>'], { pane: 'mesh' }],
    [['<left>'], { pane: 'logs' }],
    [['<backtab>', '<tab>'], { pane: 'tasks' }],
    [['<enter>'], { opened: first }],
    [['d', '<escape>'], { opened: null }],
    [['?'], { isHelp: true }],
    [['?', '?'], { isHelp: false }],
    [['?', '<down>', '<down>'], { isHelp: true, scroll: 2 }],
    [['?', 'G'], { scroll: 5 }],
    [['?', 'G', 'k'], { scroll: 4 }],
    [['?', 'g'], { scroll: 0 }],
    [['5', '<down>'], { chosen: { evidence: '01900000-0000-7000-8000-000000000003 4' } }],
    [
      ['5', '<down>', '<pageup>'],
      { chosen: { evidence: '01900000-0000-7000-8000-000000000002 1' } },
    ],
    [[...':mesh', '<enter>'], { pane: 'mesh', typing: null }],
    [[...':hw', '<enter>'], { pane: 'hardware' }],
    [[...':mesh', '<escape>'], { pane: 'tasks', typing: null }],
    [[':', 'x', '<backspace>', '<backspace>'], { typing: null }],
    [[...'/abc'], { filters: { tasks: 'abc' }, typing: { kind: 'filter', text: 'abc' } }],
    [[...'/abc', '<enter>'], { filters: { tasks: 'abc' }, typing: null }],
    [[...'/abc', '<enter>', '<escape>'], { filters: { tasks: '' } }],
    [[...'/abc', '<escape>'], { filters: { tasks: '' }, typing: null }],
    [['l'], { pane: 'logs', filters: { logs: first } }],
    [['<enter>', 'l', '<escape>'], { pane: 'tasks', opened: first, filters: { logs: '' } }],
  ])('%j', (keys, expected) => {
    expect(after(keys).look).toMatchObject(expected)
  })

  test('leave by q, by a command and by Ctrl-C, which is told apart', () => {
    expect(after(['q']).wishes).toEqual([{ wish: 'leave', isInterrupted: false }])
    expect(after([...':q', '<enter>']).wishes).toEqual([{ wish: 'leave', isInterrupted: false }])
    expect(after(['<ctrl-c>']).wishes).toEqual([{ wish: 'leave', isInterrupted: true }])
    expect(after([':', '<ctrl-c>']).wishes).toEqual([{ wish: 'leave', isInterrupted: true }])
    expect(after([...'/q']).wishes).toEqual([])
  })

  test('pause and steer the node, and say what they do not know', () => {
    const command = (text: string) => after([...text, '<enter>'])
    const paused = { wish: 'command', command: { control: 'pause', seconds: null } }
    expect(after(['p']).wishes).toEqual([paused])
    expect(command(':pause 2h').wishes).toMatchObject([{ command: { seconds: 7_200 } }])
    expect(command(':pause soon').look.notice?.text).toContain('no time to pause for')
    expect(command(':stop now').wishes).toMatchObject([{ command: { now: true } }])
    expect(command(':stop it').look.notice?.isBad).toBe(true)
    expect(command(':fly').look.notice?.text).toContain('no command "fly"')
  })

  test('steer nothing where one may only look', () => {
    for (const keys of [['p'], [...':stop', '<enter>'], [...':drain', '<enter>']]) {
      const { wishes, look } = after(keys, true)
      expect(wishes).toEqual([])
      expect(look.notice?.text).toContain('read-only')
    }
  })

  test('a choice stays with its row when rows come before it', () => {
    const [older] = recordedNode.results?.results.slice(-1) ?? []
    const chosen = after(['5', '<down>']).look
    expect(chosen.chosen['evidence']).toContain(older?.task_id)
    const results = [{ ...older!, lease_epoch: 99 }, ...(recordedNode.results?.results ?? [])]
    const facts = { ...recordedNode, results: { results, results_in_all: 3 } }
    expect(press(chosen, '<enter>', { ...place, facts }).look.opened).toBe(`${older?.task_id} 4`)
  })

  test('logs follow their end until somebody goes up, and again from the end on', () => {
    const up = after(['6', '<up>']).look
    expect(up.chosen).toEqual({ logs: '0' })
    expect(press(up, 'G', place).look.chosen).toEqual({})
  })
})
