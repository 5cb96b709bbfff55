import { describe, expect, test } from 'vitest'
import { simulate } from './simulate.ts'

const seeds = Array.from({ length: 200 }, (_, number) => number + 1)

describe('a simulation', () => {
  test('keeps every promise, whatever goes wrong, and comes to rest when it is healed', () => {
    const reports = seeds.map((seed) => simulate(seed, { steps: 800 }))
    expect(reports.filter(({ broken }) => broken !== null)).toEqual([])

    // It would keep them easily if nothing happened.
    const sum = (of: (report: (typeof reports)[number]) => number) =>
      reports.reduce((all, report) => all + of(report), 0)
    expect(sum(({ tasks }) => tasks.completed)).toBeGreaterThan(1_000)
    expect(sum(({ tasks }) => tasks.failed)).toBeGreaterThan(100)
    expect(sum(({ tasks }) => tasks.cancelled)).toBeGreaterThan(50)
    expect(sum(({ levels }) => levels.replicated)).toBeGreaterThan(400)
    expect(sum(({ levels }) => levels.refereed)).toBeGreaterThan(50)
    expect(sum(({ levels }) => levels.proved)).toBeGreaterThan(50)
    expect(sum(({ secureRounds }) => secureRounds.finalised)).toBeGreaterThan(50)
    expect(sum(({ secureRounds }) => secureRounds.excused)).toBeGreaterThan(2)
    expect(sum(({ restarts }) => restarts)).toBeGreaterThan(50)
  })

  test('is the same again from the same seed, to the last byte of its journal', () => {
    for (const seed of [3, 14, 159]) expect(simulate(seed)).toEqual(simulate(seed))
    expect(simulate(1).digest).not.toBe(simulate(2).digest)
  })

  test('tells what happens without changing it', () => {
    const lines: string[] = []
    const told = simulate(7, { steps: 300, say: (line) => lines.push(line) })
    expect(told).toEqual(simulate(7, { steps: 300 }))
    expect(lines.some((line) => line.includes('task-submitted'))).toBe(true)
  })
})
