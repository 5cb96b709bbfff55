import { describe, expect, test } from 'vitest'
import { run } from '../../testing/host.ts'

const asked = ['--sampling-rate', '0.01', '--steps', '120', '--delta', '1e-5']

describe('vcp privacy epsilon', () => {
  test('prints both figures, and the order of the first', async () => {
    const { exitCode, out } = await run(['privacy', 'epsilon', ...asked, '--noise', '0.7'])
    expect(exitCode).toBe(0)
    expect(out).toContain('3.23919')
    expect(out).toContain('best order 4.4')
    expect(out).toContain('2.46124')
    const json = await run(['privacy', 'epsilon', ...asked, '--noise', '0.7', '--json'])
    const data = JSON.parse(json.out)
    expect(data.rdp).toMatchObject({ order: 4.4, is_at_end: false })
    expect(data.pld.epsilon).toBeLessThan(data.rdp.epsilon)
  })

  test('prints that there is no second figure where it cannot vouch for one', async () => {
    const tiny = ['--sampling-rate', '0.01', '--steps', '10', '--noise', '1', '--delta', '1e-14']
    const { exitCode, out } = await run(['privacy', 'epsilon', ...tiny])
    expect(exitCode).toBe(0)
    expect(out).toContain('delta is too small')
    const json = await run(['privacy', 'epsilon', ...tiny, '--json'])
    expect(JSON.parse(json.out).pld).toBeNull()
  })

  test.each([
    ['no noise', asked],
    ['noise of zero', [...asked, '--noise', '0']],
    ['a rate above one', ['--sampling-rate', '2', ...asked.slice(2), '--noise', '1']],
  ])('refuses %s', async (_, argv) => {
    expect((await run(['privacy', 'epsilon', ...argv])).exitCode).toBe(2)
  })
})

describe('vcp privacy calibrate', () => {
  test('finds the noise whose cost is the budget', async () => {
    const { exitCode, out } = await run([
      'privacy',
      'calibrate',
      '--epsilon',
      '3',
      ...asked,
      '--json',
    ])
    expect(exitCode).toBe(0)
    const { noise_multiplier: noise, rdp } = JSON.parse(out)
    expect(rdp.epsilon).toBeLessThanOrEqual(3)
    expect(rdp.epsilon).toBeGreaterThan(2.9999)
    const back = await run(['privacy', 'epsilon', ...asked, '--noise', String(noise), '--json'])
    expect(JSON.parse(back.out).rdp.epsilon).toBe(rdp.epsilon)
  })

  test('says so where no noise is enough', async () => {
    const { exitCode, err } = await run(['privacy', 'calibrate', '--epsilon', '0.0001', ...asked])
    expect(exitCode).toBe(2)
    expect(err).toContain('no noise brings')
  })
})
