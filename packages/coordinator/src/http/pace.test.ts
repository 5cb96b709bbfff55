import { expect, test } from 'vitest'
import { manualClock } from '../testing/manual-clock.ts'
import { createPace } from './pace.ts'

test('so much is begun in a turn, the rest in the next ones, first come first served', async () => {
  const clock = manualClock()
  const pace = createPace({ perTurn: 10, soon: clock.soon })
  const begun: string[] = []
  const begin = async (name: string, weight: number) => {
    const turn = pace.take(weight)
    if (turn !== null) await turn
    begun.push(name)
  }
  const next = async () => {
    clock.turn()
    await new Promise((resolve) => setImmediate(resolve))
    return begun.splice(0)
  }
  for (const [name, weight] of Object.entries({ a: 4, b: 5, c: 100, d: 1, e: 9, f: 1 })) {
    begin(name, weight)
  }
  expect(begun.splice(0)).toEqual(['a', 'b', 'c'])
  expect(await next()).toEqual(['d', 'e'])
  begin('g', 1)
  expect(await next()).toEqual(['f', 'g'])
  begin('h', 1)
  expect(begun).toEqual(['h'])
})
