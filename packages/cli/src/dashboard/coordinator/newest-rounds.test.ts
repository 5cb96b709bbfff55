import type { Round } from '@vcp/protocol'
import { expect, test } from 'vitest'
import { recordedRounds } from '../testing/recorded-node.ts'
import { createNewestRounds } from './newest-rounds.ts'

const [over, , , open] = recordedRounds as readonly [Round, Round, Round, Round]

/** Lists from the first on, two hundred a page; a cursor is how many are before. */
function listing(rounds: readonly Round[]) {
  const asked: (string | undefined)[] = []
  const ask = async (_: string, { query }: { query: { limit: number; cursor?: string } }) => {
    asked.push(query.cursor)
    const to = Number(query.cursor ?? 0) + query.limit
    const next_cursor = to < rounds.length ? String(to) : null
    return { rounds: rounds.slice(to - query.limit, to), next_cursor }
  }
  return { asked, connection: { ask: ask as never } }
}

function numbered(count: number, last: Round): readonly Round[] {
  return Array.from({ length: count }, (_, i) => ({
    ...(i === count - 1 ? last : over),
    number: i + 1,
  }))
}

test('the newest rounds are those at the end, and what is over is asked for once', async () => {
  const { asked, connection } = listing(numbered(450, open))
  const newest = createNewestRounds(null)
  const first = await newest.read(connection)
  expect(first.isAll).toBe(false)
  expect(first.items.map(({ number }) => number)).toEqual(
    Array.from({ length: 200 }, (_, i) => 251 + i),
  )
  expect(asked).toEqual([undefined, '200', '400'])
  expect(await newest.read(connection)).toEqual(first)
  expect(asked.slice(3)).toEqual(['400'])
})

test('few rounds are all there are', async () => {
  const { connection } = listing(numbered(3, open))
  const { items, isAll } = await createNewestRounds(null).read(connection)
  expect(isAll).toBe(true)
  expect(items).toHaveLength(3)
})

test('a page with a round that goes on is asked for again', async () => {
  const rounds = numbered(250, over).map((round, i) => (i === 10 ? { ...open, number: 11 } : round))
  const { asked, connection } = listing(rounds)
  const newest = createNewestRounds(null)
  await newest.read(connection)
  const { items, isAll } = await newest.read(connection)
  expect(asked).toEqual([undefined, '200', undefined, '200'])
  expect(items.at(-1)?.number).toBe(250)
  expect(isAll).toBe(false)
})
