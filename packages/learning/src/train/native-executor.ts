import type { OpenExecutor } from './executor.ts'
import { InferenceSession, Tensor } from './native-runtime.ts'

export interface NativeOptions {
  readonly threads: number
}

/**
 * The native runtime on the processor. Its threads do not spin while they wait: on a machine that
 * others share, two spinning threads took up to seven times as long as one.
 */
export function nativeExecutor({ threads }: NativeOptions = { threads: 1 }): OpenExecutor {
  return async (model, feeds, fetches) => {
    const session = await InferenceSession.create(model, {
      executionProviders: ['cpu'],
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    })
    const inputs = Object.fromEntries(
      Object.entries(feeds).map(([name, { type, data, shape }]) => [
        name,
        new Tensor(type, data, shape),
      ]),
    )
    const outputs = Object.fromEntries(
      Object.entries(fetches).map(([name, { data, shape }]) => [
        name,
        new Tensor('float32', data, shape),
      ]),
    )
    return {
      name: `native, ${threads === 1 ? 'one thread' : `${threads} threads`}`,
      run: async () => {
        await session.run(inputs, outputs)
      },
      close: () => session.release(),
    }
  }
}
