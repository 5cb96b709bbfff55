import { readdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { describe, expect, test } from 'vitest'
import type { Bench } from '../bench/bench-text.ts'
import { measures } from '../bench/measures.ts'
import { runCli } from '../cli.ts'
import { hostOf, run, temporaryFolder } from '../testing/host.ts'

const env = { PATH: process.env['PATH'] ?? '' }

async function bench(...argv: readonly string[]) {
  const folder = temporaryFolder()
  const ran = await run(['bench', '--json', '--data-dir', folder, ...argv], { env })
  return { ...ran, folder, bench: JSON.parse(ran.out) as Bench }
}

describe('vcp bench', () => {
  test('measures everything that it names, and leaves nothing behind', async () => {
    const { bench: found, exitCode, err, folder } = await bench('--seconds', '0.2')
    expect(found.measures.map(({ name }) => name)).toEqual(measures.map(({ name }) => name))
    for (const { median, p10, p90, samples, reason } of found.measures) {
      expect(reason).toBe(null)
      expect(median).toBeGreaterThan(0)
      expect(p10).toBeLessThanOrEqual(median ?? 0)
      expect(p90).toBeGreaterThanOrEqual(median ?? 0)
      expect(samples.at(-1)?.at_s).toBeGreaterThanOrEqual(0.2)
    }
    expect(found.machine).toMatchObject({ cores: cpus().length, folder })
    expect(readdirSync(folder)).toEqual([])
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
  }, 60_000)

  test('measures what it is asked for, and refuses what there is not', async () => {
    const { bench: found } = await bench('--seconds', '0.1', '--only', 'signing', 'hashing')
    expect(found.measures.map(({ name }) => name)).toEqual(['hashing', 'signing'])
    const { exitCode, err } = await run(['bench', '--only', 'hashin'], { env })
    expect(exitCode).toBe(2)
    expect(err).toMatch(/no measure "hashin".*hashing[\s\S]*Did you mean hashing\?/)
  })

  test('ends when somebody asks, with what there is', async () => {
    const stop = new AbortController()
    const { host, written } = hostOf({ env, signal: stop.signal })
    const terminal = { ...host.terminal, isInteractive: true }
    const err = (text: string) => {
      // The bar moves on with each figure: one is enough.
      if (text.includes('MB a second')) stop.abort()
    }
    const argv = ['bench', '--seconds', '60', '--data-dir', temporaryFolder()]
    expect(await runCli(argv, { ...host, terminal, err })).toBe(130)
    expect(written.out).toMatch(/hashing +[\d,.]+ +MB/)
    expect(written.out).toContain('It was interrupted')
  }, 60_000)
})
