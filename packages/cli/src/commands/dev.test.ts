import { describe, expect, test } from 'vitest'
import { run } from '../testing/host.ts'

describe('vcp dev', () => {
  test.each(['-1', '51', 'three'])('refuses %s nodes before anything is started', async (nodes) => {
    const { exitCode, err } = await run(['dev', '--nodes', nodes])
    expect(exitCode).toBe(2)
    expect(err).toContain('nodes')
  })
})
