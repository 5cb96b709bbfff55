import { describe, expect, test } from 'vitest'
import { ana, ben, eve } from '../testing/keys.ts'
import { createPieceQueue } from './piece-queue.ts'

const pieces = [0, 1, 2].map((i) => ({ offset: i * 10, length: 10 }))

describe('the pieces of a blob', () => {
  test('go out once each, then again to another source, and to no third', () => {
    const queue = createPieceQueue(pieces)
    expect([1, 2, 3].map(() => queue.take(ana.peerId))).toEqual(pieces)
    expect(queue.take(ana.peerId)).toBe(null)
    expect(queue.take(ben.peerId)).toBe(pieces[0])
    expect(queue.take(eve.peerId)).toBe(pieces[1])
    expect(queue.take(eve.peerId)).toBe(pieces[2])
    expect(queue.take(eve.peerId)).toBe(null)
  })

  test('count once, for whoever brings them first', () => {
    const queue = createPieceQueue(pieces.slice(0, 1))
    const slow = queue.take(ana.peerId)!
    const fast = queue.take(ben.peerId)!
    expect(queue.done(fast)).toBe(true)
    expect(queue.left).toBe(0)
    expect(queue.done(slow)).toBe(false)
    queue.failed(slow, ana.peerId)
    expect([queue.left, queue.take(eve.peerId)]).toEqual([0, null])
  })

  test('that failed are the next to go out, and who waits hears of it', async () => {
    const queue = createPieceQueue(pieces)
    for (const _ of pieces) queue.take(ana.peerId)
    const changed = queue.changed()
    queue.failed(pieces[1]!, ana.peerId)
    await changed
    expect(queue.take(ben.peerId)).toBe(pieces[1])
  })
})
