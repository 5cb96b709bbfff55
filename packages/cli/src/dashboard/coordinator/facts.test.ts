import { expect, test } from 'vitest'
import { recordedNetwork } from '../testing/recorded-network.ts'
import { completedPerSecond, noted, nothingKnown } from './facts.ts'

test('throughput is what completed between two looks, and never less than nothing', () => {
  expect(completedPerSecond(nothingKnown('http://a', 0))).toEqual([])
  expect(completedPerSecond(recordedNetwork)).toEqual([50])
  if (recordedNetwork.stats.asked !== 'answered') throw new Error('it is recorded')
  const { answer } = recordedNetwork.stats
  const later = noted(recordedNetwork, { news: 'time', atMs: recordedNetwork.atMs + 1_000 })
  const fewer = { ...answer, tasks: { ...answer.tasks, completed: 5 } }
  const facts = noted(later, { news: 'answered', of: 'stats', answer: fewer })
  expect(completedPerSecond(facts)).toEqual([50, 0])
})

test('what is refused now is not known any more', () => {
  const refused = noted(recordedNetwork, { news: 'refused', of: 'nodes', reason: 'no' })
  expect(refused.nodes).toEqual({ asked: 'refused', reason: 'no' })
  expect(refused.tasks).toBe(recordedNetwork.tasks)
})

test('credits are compared with what they were at first', () => {
  expect(recordedNetwork.firstBalance).toMatchObject({ micro: 1_500_000 })
  if (recordedNetwork.account.asked !== 'answered') throw new Error('it is recorded')
  const richer = { ...recordedNetwork.account.answer, balance_micro: 9_000_000 }
  const facts = noted(recordedNetwork, { news: 'answered', of: 'account', answer: richer })
  expect(facts.firstBalance).toEqual(recordedNetwork.firstBalance)
})
