import type { OpenExecutor } from './executor.ts'
import { InferenceSession, listSupportedBackends, Tensor } from './native-runtime.ts'
import type { Provider } from './provider.ts'

export interface NativeOptions {
  readonly threads: number
  readonly provider?: Provider
}

/** The providers that the runtime was built with, by its names; whether they run is not said. */
export function builtInProviders(): readonly string[] {
  return listSupportedBackends().map(({ name }) => name)
}

/**
 * The native runtime. Its threads do not spin while they wait: on a machine that
 * others share, two spinning threads took up to seven times as long as one.
 */
export function nativeExecutor(
  { threads, provider = 'cpu' }: NativeOptions = { threads: 1 },
): OpenExecutor {
  return async (model, feeds, fetches) => {
    const session = await InferenceSession.create(model, {
      // Of a list, what does not load is left out in silence.
      executionProviders: [provider === 'directml' ? 'dml' : provider],
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
      name: `native, ${provider}, ${threads === 1 ? 'one thread' : `${threads} threads`}`,
      run: async () => {
        await session.run(inputs, outputs)
      },
      close: () => session.release(),
    }
  }
}
