import type { OpenExecutor } from './executor.ts'
import type { TrainSpec } from './train-spec.ts'

/** The executor of a specification; its runtime is loaded only now. */
export async function executorFor({
  executor,
  threads,
  provider = 'cpu',
}: Pick<TrainSpec, 'executor' | 'threads'> &
  Partial<Pick<TrainSpec, 'provider'>>): Promise<OpenExecutor> {
  if (executor === 'portable') return (await import('./portable-executor.ts')).portableExecutor
  return (await import('./native-executor.ts')).nativeExecutor({ threads, provider })
}
