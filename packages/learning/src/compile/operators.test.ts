import { describe, expect, test } from 'vitest'
import { operatorCases } from '../testing/operator-cases.ts'
import { nativeExecutor } from '../train/native-executor.ts'
import { selfTest } from '../train/self-test.ts'

const cases = Object.values(operatorCases).flat()

describe('an operator', () => {
  test.each(cases)('agrees with finite differences and batches of one: $about', async (each) => {
    const { model, loss = 'softmax-cross-entropy' } = each
    const report = await selfTest(model, { loss, open: nativeExecutor(), reference: null })
    if (!report.ok) expect.fail(report.reason)
    const { checks } = report.value
    expect(checks.filter(({ worst, bound }) => !(worst <= bound))).toEqual([])
    // These models are small and smooth, so the bound is a twentieth of what kinks are allowed.
    expect(checks.find(({ name }) => name === 'finite-differences')!.worst).toBeLessThan(1e-3)
  })
})
