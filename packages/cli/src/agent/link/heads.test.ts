import { describe, expect, test } from 'vitest'
import type { LogLine } from '../log/log.ts'
import { createHeads } from './heads.ts'
import { createMemoryNetwork, headOf, logOf, scriptedCoordinator } from './testing/coordinator.ts'
import { first, linked, placesOf } from './testing/linked.ts'

describe('the heads of a log', () => {
  test('are followed, and two histories of one size are told', async () => {
    const network = createMemoryNetwork()
    const coordinator = await scriptedCoordinator(network, first)
    const { toldOf, said, heads } = await linked(network, placesOf(coordinator))
    await toldOf('joined')
    expect(heads.log.origin).toBe(logOf(first).origin)
    heads.saw(headOf(first, 5, 'a'))
    heads.saw(headOf(first, 5, 'a'))
    expect(said.filter(({ level }) => level === 'error')).toEqual([])
    heads.saw(headOf(first, 5, 'b'))
    expect(said.at(-1)).toMatchObject({ level: 'error', fields: { size: 5 } })
    expect(heads.size).toBe(5)
  })

  test('that shrink are told once, and late ones are not', async () => {
    const said: LogLine[] = []
    const heads = createHeads((line) => said.push(line))
    heads.saw(headOf(first, 9, 'a'))
    heads.saw(headOf(first, 8, 'a'))
    heads.saw(headOf(first, 10, 'a'))
    for (const size of [3, 4]) heads.saw(headOf(first, size, 'a'))
    expect(said).toEqual([])
    for (const size of [5, 6]) heads.saw(headOf(first, size, 'a'))
    expect(said).toHaveLength(1)
    expect(said[0]?.message).toContain('shrunk')
  })
})
