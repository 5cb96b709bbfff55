// Which provider a machine trains with: what was asked for, if it computes a small model right.
import { ModelBuilder } from '../onnx/build-model.ts'
import type { ModelProto } from '../onnx/messages.ts'
import type { OpenExecutor } from './executor.ts'
import { type Provider, type ProviderWish, tryProvider } from './provider.ts'

export interface ProviderChoice {
  readonly provider: Provider
  /** Why it is none of those that were tried before it. */
  readonly reasons: readonly string[]
}

/** The accelerators that a runtime was built with, by our names, in the order to try them. */
const accelerators: Readonly<Record<string, Provider>> = {
  cuda: 'cuda',
  coreml: 'coreml',
  dml: 'directml',
  webgpu: 'webgpu',
}

export async function chooseProvider(
  wish: ProviderWish,
  builtIn: readonly string[],
  openWith: (provider: Provider) => OpenExecutor,
): Promise<ProviderChoice> {
  const reasons: string[] = []
  for (const provider of wish === 'auto' ? acceleratorsAmong(builtIn) : [wish]) {
    if (provider === 'cpu') break
    const options = { loss: 'softmax-cross-entropy' } as const
    const trial = await tryProvider(provider, trialModel(), options, openWith)
    if (trial.isFit && trial.tested.ok) return { provider, reasons }
    if (!trial.isFit) reasons.push(trial.reason)
  }
  return { provider: 'cpu', reasons }
}

function acceleratorsAmong(builtIn: readonly string[]): readonly Provider[] {
  return Object.entries(accelerators).flatMap(([name, provider]) =>
    builtIn.includes(name) ? [provider] : [],
  )
}

/** A convolution, a pool and a dense layer, forth and back: what accelerators get wrong. */
function trialModel(): ModelProto {
  const b = new ModelBuilder()
  let at = 0
  // No symmetries: a transposed weight is to be noticed.
  const some = (count: number) => Array.from({ length: count }, () => Math.sin(++at * 1.7) / 2)
  const x = b.input('x', 'float32', ['batch', 2, 6, 6])
  const kernels = [b.weight('kernels', [3, 2, 3, 3], some(54)), b.weight('shift', [3], some(3))]
  const convolved = b.node('Conv', [x, ...kernels], { attributes: { kernel_shape: [3, 3] } })
  const pool = { attributes: { kernel_shape: [2, 2], strides: [2, 2] } }
  const pooled = b.node('Flatten', [b.node('MaxPool', [b.node('Tanh', [convolved])], pool)])
  const dense = [b.weight('dense', [12, 4], some(48)), b.weight('bias', [4], some(4))]
  b.output(b.node('Gemm', [pooled, ...dense]), ['batch', 4])
  return b.build()
}
