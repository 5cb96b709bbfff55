import { describe, expect, test } from 'vitest'
import { sampleDetails } from '../../agent/api/testing/sample-details.ts'
import { linesKept, type NodeFacts, noted, nothingKnown } from './facts.ts'

const { mesh } = sampleDetails

function heard(count: number) {
  const topics = [{ name: '/vcp/1/commits', heard: count, followers: 1 }]
  return { news: 'mesh', mesh: { ...mesh, topics } } as const
}

function later(facts: NodeFacts, ms: number): NodeFacts {
  return noted(facts, { news: 'time', atMs: facts.atMs + ms })
}

describe('what is known of a node', () => {
  test('has no rate before the second look, and then the one between the two', () => {
    const once = noted(nothingKnown(0), heard(10))
    expect(once.heardPerSecond).toBeNull()
    const twice = noted(later(once, 2_000), heard(30))
    expect(twice.heardPerSecond).toEqual({ '/vcp/1/commits': 10 })
    const anew = noted(later(twice, 1_000), heard(0))
    expect(anew.heardPerSecond).toEqual({ '/vcp/1/commits': 0 })
  })

  test('keeps the newest lines of the log, each with its number', () => {
    const line = { at: '', level: 'info', message: 'a' }
    let facts = nothingKnown(0)
    for (let i = 0; i < 3; i++) {
      facts = noted(facts, { news: 'logged', lines: new Array(linesKept / 2).fill(line) })
    }
    expect(facts.logs).toHaveLength(linesKept)
    expect(facts.logs.at(-1)?.number).toBe(1.5 * linesKept - 1)
  })

  test('says since when an agent is silent', () => {
    const gone = noted(nothingKnown(1_000), { news: 'silent', reason: 'gone' })
    const still = noted(later(gone, 5_000), { news: 'silent', reason: 'gone' })
    expect(still.silent).toEqual({ sinceMs: 1_000, reason: 'gone' })
  })
})
