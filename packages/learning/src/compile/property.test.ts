import fc from 'fast-check'
import { expect, test } from 'vitest'
import { generatedModel } from '../testing/generated-model.ts'
import { nativeExecutor } from '../train/native-executor.ts'
import { selfTest } from '../train/self-test.ts'

const decisions = fc.array(fc.nat(40), { minLength: 3, maxLength: 8 })

test('any chain of layers agrees with finite differences and batches of one', async () => {
  const check = fc.asyncProperty(decisions, async (list) => {
    const report = await selfTest(generatedModel(list), {
      loss: 'softmax-cross-entropy',
      open: nativeExecutor(),
      reference: null,
    })
    if (!report.ok) expect.fail(report.reason)
    expect(report.value.checks.filter(({ worst, bound }) => !(worst <= bound))).toEqual([])
  })
  await fc.assert(check, { numRuns: Number(process.env['VCP_PROPERTY_RUNS'] ?? 25) })
})
