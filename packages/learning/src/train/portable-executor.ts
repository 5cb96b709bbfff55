import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm'
import type { OpenExecutor } from './executor.ts'

/**
 * The runtime as WebAssembly on one thread: slower, but the same bits on every processor, so that a
 * run can be repeated elsewhere and compared.
 */
export const portableExecutor: OpenExecutor = async (model, feeds, fetches) => {
  env.wasm.numThreads = 1
  const session = await InferenceSession.create(model, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  })
  return {
    name: 'portable, one thread',
    run: async () => {
      const inputs = Object.fromEntries(
        Object.entries(feeds).map(([name, { type, data, shape }]) => [
          name,
          new Tensor(type, data, shape),
        ]),
      )
      const results = await session.run(inputs, Object.keys(fetches))
      for (const [name, { data }] of Object.entries(fetches)) {
        data.set(results[name]!.data as Float32Array)
      }
    },
    close: () => session.release(),
  }
}
