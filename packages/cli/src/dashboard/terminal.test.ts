import { render } from 'ink-testing-library'
import { createElement } from 'react'
import { expect, onTestFinished, test } from 'vitest'
import { noted } from './node/facts.ts'
import { nodeSubject } from './node/subject.ts'
import { createSession } from './session.ts'
import { textOf } from './show.ts'
import { Terminal } from './terminal.ts'
import { recordedNode } from './testing/recorded-node.ts'

/** A machine that is busy with other tests takes its time. */
const patience = { timeout: 20_000 }

function shown(drawMsMin = 0) {
  const wishes: unknown[] = []
  const session = createSession({
    subject: nodeSubject,
    facts: recordedNode,
    isReadonly: false,
    size: { columns: 80, rows: 24 },
    onWish: (wish) => wishes.push(wish),
  })
  const text = () => textOf(session as never, null)
  const ink = render(createElement(Terminal, { session: session as never, text, drawMsMin }))
  onTestFinished(ink.unmount)
  const until = (words: string) => expect.poll(() => ink.lastFrame(), patience).toContain(words)
  return { session, wishes, ink, until }
}

test('keys that are pressed change what is drawn', async () => {
  const { ink, until, wishes } = shown()
  await until('[1 Tasks]')
  ink.stdin.write('2')
  await until('[2 Hardware]')
  ink.stdin.write('\t')
  await until('[3 Mesh]')
  ink.stdin.write('\u001b[Z')
  await until('[2 Hardware]')
  ink.stdin.write(':evidence\r')
  await until('[5 Evidence]')
  ink.stdin.write('\u001b[B')
  await until('▸ 10:03:55')
  ink.stdin.write('\r')
  await until('declined: this node did not take it')
  ink.stdin.write('\u0003')
  expect(wishes).toEqual([{ wish: 'leave', isInterrupted: true }])
})

test('a window of another size is drawn at once', async () => {
  const { session, ink, until } = shown()
  session.resize({ columns: 50, rows: 10 })
  await until('needs 60x16')
  session.resize({ columns: 100, rows: 30 })
  await until('[1 Tasks]')
  expect(ink.lastFrame()?.split('\n')).toHaveLength(29)
})

test('news are drawn together, and a key at once', async () => {
  const { session, ink, until } = shown(3_600_000)
  await until('[1 Tasks]')
  const frames = ink.frames.length
  for (let i = 0; i < 100; i++) {
    session.note((facts) => noted(facts, { news: 'time', atMs: facts.atMs + 1_000 }))
  }
  expect(ink.frames.length).toBe(frames)
  ink.stdin.write('?')
  await until('leave the dashboard')
})
