import { describe, expect, test } from 'vitest'
import { createByteQueue } from './byte-queue.ts'

describe('a queue of bytes', () => {
  test('gives back what it was given, in whatever portions', () => {
    for (const taken of [1, 2, 3, 5, 7, 30]) {
      const queue = createByteQueue()
      for (let i = 0; i < 30; i += 3) queue.push(Uint8Array.of(i, i + 1, i + 2))
      const out: number[] = []
      while (queue.length >= taken) out.push(...queue.take(taken))
      expect(out).toEqual(Array.from({ length: out.length }, (_, i) => i))
      expect(queue.length).toBe(30 % taken)
    }
  })
})
