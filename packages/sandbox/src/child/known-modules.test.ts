import { describe, expect, test } from 'vitest'
import { createKnownModules } from './known-modules.ts'

describe('the modules that a child is known to have', () => {
  test('are forgotten in the order of their last use', () => {
    const known = createKnownModules(30, 10)
    for (const key of ['a', 'b', 'c']) expect(known.use(key, 10)).toEqual([])
    expect(known.use('a', 10)).toEqual([])
    expect(known.use('d', 15)).toEqual(['b', 'c'])
    expect(['a', 'b', 'c', 'd'].map(known.has)).toEqual([true, false, false, true])
  })

  test('are no more than their greatest number', () => {
    const known = createKnownModules(1_000, 2)
    known.use('a', 1)
    known.use('b', 1)
    expect(known.use('c', 1)).toEqual(['a'])
  })

  test('hold one that is larger than all may be together, alone', () => {
    const known = createKnownModules(30, 10)
    known.use('a', 10)
    expect(known.use('big', 31)).toEqual(['a'])
    expect(known.has('big')).toBe(true)
    expect(known.use('b', 1)).toEqual(['big'])
  })
})
