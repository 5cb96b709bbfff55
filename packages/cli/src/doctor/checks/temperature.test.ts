import { describe, expect, test } from 'vitest'
import { readSensors, temperatureFrom } from '../../hardware/temperature.ts'
import { examinationWith, type Overrides } from '../../testing/examination.ts'
import { kernelTree } from '../../testing/kernel-tree.ts'
import type { Verdict } from '../check.ts'
import { temperature } from './temperature.ts'

/** Examines a machine whose sensor reads this; its files are read as those of the kernel. */
async function at(celsius: number, overrides: Overrides = {}): Promise<Verdict> {
  const root = kernelTree({
    'class/hwmon/hwmon0/name': 'coretemp',
    'class/hwmon/hwmon0/temp1_input': String(celsius * 1000),
  })
  const sensors = await readSensors(root)
  const read = temperatureFrom({ platform: 'linux', answer: null, sensors })
  const examination = examinationWith(overrides)
  const hardware = { ...examination.hardware, temperature: read.temperature }
  return temperature.run({ ...examination, hardware })
}

describe('the temperature', () => {
  test('below the limits is fine', async () => {
    const verdict = await at(55)
    expect(verdict).toMatchObject({ status: 'ok', hint: null })
    expect(verdict.summary).toContain('55 °C (coretemp)')
  })

  test('near the limit is a warning, above it an error', async () => {
    expect(await at(82)).toMatchObject({ status: 'warning' })
    const verdict = await at(91)
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toBe(
      'the processor has 91 °C (coretemp), above 85 °C, where a node takes no work',
    )
    expect(verdict.hint).toContain('cool down')
  })

  test('goes by the configured limits', async () => {
    const lower = { 'breaker.temperature_open_c': '50', 'breaker.temperature_close_c': '40' }
    expect(await at(55, lower)).toMatchObject({ status: 'error', figures: { open_c: 50 } })
  })

  test('that nobody can read is unknown, and what that means is said', async () => {
    const verdict = await temperature.run(examinationWith())
    expect(verdict.status).toBe('unknown')
    expect(verdict.summary).toContain('the breaker cannot protect this machine from heat')
    expect(verdict.summary).toContain('this machine offers no sensors')
    expect(verdict.hint).toContain('host')
  })

  test('cannot be guarded by a breaker that closes where it opens', async () => {
    const verdict = await at(55, { 'breaker.temperature_close_c': '85' })
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toContain('opens at 85 °C and closes at 85 °C')
    expect(verdict.hint).toContain('breaker.temperature_close_c')
  })
})
