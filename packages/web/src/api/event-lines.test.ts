import { describe, expect, test } from 'vitest'
import { createEventReader } from './event-lines.ts'

const wire =
  ': connected\nretry: 2000\n\nid: 7\nevent: task-submitted\ndata: {"a":"é"}\n\n: still here\n\n' +
  'id: 8\ndata: one\ndata: two\n\n'
const events = [null, { id: '7', data: '{"a":"é"}' }, null, { id: '8', data: 'one\ntwo' }]

describe('server-sent events', () => {
  test('are read whole, and signs of life with them', () => {
    expect(createEventReader()(wire)).toEqual(events)
  })

  test('are the same however the text is cut', () => {
    for (let at = 1; at < wire.length; at += 1) {
      const read = createEventReader()
      expect([...read(wire.slice(0, at)), ...read(wire.slice(at))]).toEqual(events)
    }
  })

  test('that never end are not kept for ever', () => {
    const read = createEventReader()
    expect(() => {
      for (let i = 0; i < 20; i += 1) read('x'.repeat(100_000))
    }).toThrow(RangeError)
  })

  test('without data are none', () => {
    expect(createEventReader()('id: 9\nevent: a\n\n')).toEqual([])
  })
})
