import { describe, expect, test } from 'vitest'
import { run } from '../testing/host.ts'

describe('vcp sim', () => {
  test('runs one simulation, the same again from the same seed', async () => {
    const line = ['sim', '--seed', '7', '--steps', '300', '--json']
    const [one, other] = [await run(line), await run(line)]
    expect(one.exitCode).toBe(0)
    expect(JSON.parse(one.out)).toMatchObject({ seed: 7, broken: null, trace: null })
    expect(JSON.parse(one.out).digest).toMatch(/^[0-9a-f]{64}$/)
    expect(other.out).toBe(one.out)
  })

  test('with --trace tells what the coordinator was told', async () => {
    const { exitCode, out } = await run(['sim', '--seed', '7', '--steps', '300', '--trace'])
    expect(exitCode).toBe(0)
    expect(out).toContain('task-submitted')
    expect(out).toContain('every promise was kept')
  })

  test('refuses what is no seed', async () => {
    const { exitCode } = await run(['sim', '--seed', 'lucky'])
    expect(exitCode).toBe(2)
  })
})
