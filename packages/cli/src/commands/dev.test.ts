import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { run } from '../testing/host.ts'

describe('vcp dev', () => {
  test('says what this version has', async () => {
    const { exitCode, out } = await run(['dev'])
    expect(exitCode).toBe(0)
    for (const part of ['identity', 'machine', 'ledger', 'evidence']) expect(out).toContain(part)
    expect(out).not.toContain('✓')
  })

  test('with --demo tries every part, leaves nothing behind and exits 0', async () => {
    const before = existsSync(tmpdir()) ? readdirSync(tmpdir()).filter(isDemo) : []
    const { exitCode, out } = await run(['dev', '--demo', '--json'])
    const { parts, holds } = JSON.parse(out)
    expect(exitCode).toBe(0)
    expect(holds).toBe(true)
    for (const { steps } of parts) expect(steps.length).toBeGreaterThan(2)
    const refusals = parts.flatMap(({ steps }: { steps: { what: string; holds: boolean }[] }) =>
      steps.filter(({ what }) => what.includes('is refused')),
    )
    expect(refusals.length).toBeGreaterThanOrEqual(6)
    expect(readdirSync(tmpdir()).filter(isDemo)).toEqual(before)
  })
})

function isDemo(name: string): boolean {
  return name.startsWith('vcp-demo-')
}
