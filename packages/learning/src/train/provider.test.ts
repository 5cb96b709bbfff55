import { describe, expect, test } from 'vitest'
import { lenet } from '../testing/models.ts'
import { chooseProvider } from './choose-provider.ts'
import type { OpenExecutor } from './executor.ts'
import { nativeExecutor } from './native-executor.ts'
import { type Provider, tryProvider } from './provider.ts'

const processor = nativeExecutor({ threads: 1 })
const options = { loss: 'softmax-cross-entropy' } as const

const absent: OpenExecutor = async () => {
  throw new Error('Failed to get an adapter\nand more of it')
}

/** Computes on the processor, and then a little more. */
function spoilt(factor: number): OpenExecutor {
  return async (model, feeds, fetches) => {
    const executor = await processor(model, feeds, fetches)
    return {
      ...executor,
      async run() {
        await executor.run()
        for (const { data } of Object.values(fetches)) {
          for (let at = 0; at < data.length; at += 7) data[at]! *= factor
        }
      },
    }
  }
}

function opening(others: Partial<Record<Provider, OpenExecutor>>) {
  const tried: Provider[] = []
  const openWith = (provider: Provider) => {
    if (provider !== 'cpu') tried.push(provider)
    return others[provider] ?? processor
  }
  return { tried, openWith }
}

describe('a provider', () => {
  test('that computes what the processor does is fit, by a comparison with it', async () => {
    const trial = await tryProvider('cuda', lenet(16), options, () => processor)
    if (!trial.isFit || !trial.tested.ok) expect.fail('it was not fit')
    expect(trial.tested.value.checks.map(({ name }) => name)).toContain('agreement')
  })

  test.each([1.01, 0, Number.NaN, 1e30])(
    'that is wrong by a factor of %d is not',
    async (factor) => {
      const { openWith } = opening({ webgpu: spoilt(factor) })
      const trial = await tryProvider('webgpu', lenet(16), options, openWith)
      expect(trial).toMatchObject({ isFit: false })
      expect(!trial.isFit && trial.reason).toMatch(/^webgpu: self-test '/)
    },
  )

  test('that does not load is not, and says so in a line', async () => {
    const { openWith } = opening({ coreml: absent })
    expect(await tryProvider('coreml', lenet(16), options, openWith)).toEqual({
      isFit: false,
      reason: 'coreml: Failed to get an adapter',
    })
  })
})

describe('the provider of a machine', () => {
  test('is the processor where nothing else is asked for', async () => {
    const { tried, openWith } = opening({})
    const choice = await chooseProvider('cpu', ['cpu', 'cuda'], openWith)
    expect(choice).toEqual({ provider: 'cpu', reasons: [] })
    expect(tried).toEqual([])
  })

  test('is the one that is asked for, if it is fit', async () => {
    const choice = await chooseProvider('cuda', ['cpu'], opening({}).openWith)
    expect(choice).toEqual({ provider: 'cuda', reasons: [] })
    const broken = await chooseProvider('cuda', ['cpu'], opening({ cuda: spoilt(1.01) }).openWith)
    expect(broken.provider).toBe('cpu')
    expect(broken.reasons).toHaveLength(1)
  })

  test('is the first of those built in that is fit, where any will do', async () => {
    const { tried, openWith } = opening({ cuda: absent, coreml: spoilt(2) })
    const choice = await chooseProvider('auto', ['webgpu', 'cpu', 'dml', 'cuda'], openWith)
    expect(choice).toEqual({
      provider: 'directml',
      reasons: ['cuda: Failed to get an adapter'],
    })
    expect(tried).toEqual(['cuda', 'directml'])
    const none = await chooseProvider('auto', ['cpu', 'cuda', 'coreml'], openWith)
    expect(none).toMatchObject({ provider: 'cpu' })
    expect(none.reasons).toHaveLength(2)
  })
})
