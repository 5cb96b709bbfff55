import { limits } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { censusOf } from './census.ts'

type Node = Parameters<typeof censusOf>[0] extends Iterable<infer Each> ? Each : never

function node(health: number | null, region = 'eu', status: Node['status'] = 'online'): Node {
  return { health, status, registration: { region } as Node['registration'] }
}

describe('a census', () => {
  test('counts the health of nodes in tenths, and those that nothing is known of apart', () => {
    const { health, health_unknown } = censusOf([0, 0.05, 0.95, 1, null].map((each) => node(each)))
    expect(health).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 2])
    expect(health_unknown).toBe(1)
  })

  test('names the largest regions first, with how many of their nodes are online', () => {
    const nodes = [node(1, 'us'), node(1, 'eu'), node(1, 'eu', 'offline')]
    expect(censusOf(nodes).regions).toEqual([
      { region: 'eu', nodes: 2, online: 1 },
      { region: 'us', nodes: 1, online: 1 },
    ])
  })

  test('counts the regions beyond its bound as one', () => {
    const count = limits.regionsShownMax + 3
    const census = censusOf(Array.from({ length: count }, (_, i) => node(1, `r${i}`)))
    expect(census.regions).toHaveLength(limits.regionsShownMax)
    expect(census.elsewhere).toBe(3)
  })
})
