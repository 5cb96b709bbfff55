import { describe, expect, test } from 'vitest'
import { isolationWith, probeIsolation, wrappers } from './isolation.ts'

describe('isolation', () => {
  test('is found out once', () => {
    expect(probeIsolation()).toBe(probeIsolation())
  })

  test('says of each protection whether it is in force, and why or why not', async () => {
    const { protections } = await probeIsolation()
    const names = wrappers.flatMap(({ gives }) => gives.map(([name]) => name))
    expect(protections.map(({ name }) => name)).toEqual(['permissions', ...names, 'memory_watch'])
    for (const { detail } of protections) expect(detail).not.toBe('')
  })

  test('is named as missing where its tool is not there or does not work', async () => {
    const gives = (about: string) => [['rlimits', about] as const]
    const { prefix, protections } = await isolationWith([
      { tool: 'no-such-tool-anywhere', args: [], gives: gives('a') },
      { tool: 'false', args: [], gives: gives('b') },
    ])
    expect(prefix).toEqual([])
    const tried = protections.slice(1, -1)
    expect(tried.map(({ inForce }) => inForce)).toEqual([false, false])
    expect(tried[0]?.detail).toBe('no-such-tool-anywhere is not installed')
  })

  // skipped: the wrappers are programs of Linux
  test.skipIf(process.platform !== 'linux')('keeps what works beside what does not', async () => {
    const works = { tool: 'env', args: ['-i'], gives: [['rlimits', 'x']] } as const
    const fails = { tool: 'false', args: [], gives: [['oom_first', 'y']] } as const
    const { prefix, protections } = await isolationWith([works, fails])
    expect(prefix.slice(1)).toEqual(['-i'])
    expect(protections[1]).toMatchObject({ inForce: true, detail: 'x' })
    expect(protections[2]).toMatchObject({ inForce: false })
  })
})
