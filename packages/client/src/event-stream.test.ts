import { expect, test } from 'vitest'
import { readEvents, type StreamEvent } from './event-stream.ts'

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(text: string, size = 1_000): Promise<readonly (StreamEvent | null)[]> {
  const events: (StreamEvent | null)[] = []
  for await (const event of readEvents(inPieces(text, size))) events.push(event)
  return events
}

test.each([1, 2, 3, 7, 1_000])('events are the same in pieces of %d bytes', async (size) => {
  const text = ': hello\n\nid: 1\ndata: {"a":"é"}\n\nid: 2\r\ndata: one\r\ndata: two\r\n\r\n'
  expect(await read(text, size)).toEqual([
    null,
    { id: '1', data: '{"a":"é"}' },
    { id: '2', data: 'one\ntwo' },
  ])
})

test('an event that is cut off, and one without data, are none', async () => {
  expect(await read('id: 3\n\nid: 4\ndata: half')).toEqual([])
})

test('an event without an end is not collected for ever', async () => {
  const line = `data: ${'x'.repeat(1_000)}\n`
  for (const endless of [`data: ${'x'.repeat(2_000_000)}`, line.repeat(2_000)]) {
    await expect(read(endless, 65_536)).rejects.toThrow(RangeError)
  }
  const events = await read(`${line}\n`.repeat(2_000), 5_000_000)
  expect(events).toHaveLength(2_000)
})
