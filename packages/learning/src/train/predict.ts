// What a model answers, in plain onnxruntime: no graph of ours, no compiler, the file as anybody
// would load it.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { Runtime } from './child-messages.ts'

/** Numbers in rows, as a model of one input takes them and one output gives them. */
export interface Rows {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

export async function predict(
  model: Uint8Array,
  { shape, data }: Rows,
  runtime: Runtime,
): Promise<Outcome<Rows>> {
  const { InferenceSession, Tensor } =
    runtime === 'native' ? await import('./native-runtime.ts') : await import('onnxruntime-web')
  const session = await InferenceSession.create(model)
  const [input, ...more] = session.inputNames
  if (input === undefined || more.length > 0) {
    return refuse('MODEL_UNSUPPORTED', `the model has ${session.inputNames.length} inputs, not one`)
  }
  const answers = await session.run({ [input]: new Tensor('float32', data, [...shape]) })
  const output = Object.values(answers)[0]
  if (output?.type !== 'float32') {
    return refuse('MODEL_UNSUPPORTED', 'the model does not answer with floats')
  }
  return pass({ shape: output.dims, data: output.data as Float32Array })
}
