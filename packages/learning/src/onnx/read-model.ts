// From bytes to a model that the compiler can walk, or the reason why not.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { decodeMessage, encodeMessage } from './codec.ts'
import { type ModelLimits, modelLimits } from './limits.ts'
import { type GraphProto, type ModelProto, modelProto } from './messages.ts'
import { invalid, Rejection, unsupported } from './rejection.ts'

/** The operator sets whose meaning this version knows. Below 13, axes were attributes. */
export const opsetRange = { min: 13, max: 22 } as const

export interface Model {
  readonly proto: ModelProto
  readonly graph: GraphProto
  readonly opset: number
}

/**
 * Reads a model without looking at its operators. External data is refused, here and in tensors.
 */
export function decodeModel(
  bytes: Uint8Array,
  limits: ModelLimits = modelLimits,
): Outcome<ModelProto> {
  if (bytes.length > limits.bytesMax) {
    return refuse('TOO_LARGE', `the model has ${bytes.length} bytes, over ${limits.bytesMax}`)
  }
  try {
    return pass(decodeMessage(modelProto, bytes, limits))
  } catch (error) {
    if (error instanceof Rejection) return refuse(error.code, error.message)
    throw error
  }
}

export function encodeModel(model: ModelProto): Uint8Array {
  return encodeMessage(modelProto, model)
}

/** What the compiler needs to hold of any model; throws a `Rejection`. */
export function checkedModel(proto: ModelProto, limits: ModelLimits = modelLimits): Model {
  const { graph } = proto
  if (graph === undefined) invalid('the model has no graph')
  if (graph.node.length > limits.nodesMax) invalid(`more than ${limits.nodesMax} nodes`)
  const foreign = proto.opsetImport.find(({ domain }) => !isStandard(domain))
  const used = graph.node.find(({ domain }) => !isStandard(domain))
  if (used !== undefined) {
    unsupported(
      `node '${used.name ?? ''}' is ${used.domain}.${used.opType}: export with standard operators` +
        `${foreign === undefined ? '' : ` (the model imports ${foreign.domain})`}`,
    )
  }
  const opset = Number(proto.opsetImport.find(({ domain }) => isStandard(domain))?.version ?? 0n)
  if (opset < opsetRange.min || opset > opsetRange.max) {
    unsupported(
      `the model uses operator set ${opset}; this version reads ${opsetRange.min} to ` +
        `${opsetRange.max}: export it again with opset_version=17`,
    )
  }
  if ((graph.unknown ?? []).length > 0) refuseUnknown(graph)
  return { proto, graph, opset }
}

function isStandard(domain: string | undefined): boolean {
  return domain === undefined || domain === '' || domain === 'ai.onnx'
}

/** Field 15 is a sparse initializer: a weight that the compiler would take to be missing. */
function refuseUnknown({ unknown }: GraphProto): void {
  const isSparse = unknown!.some((bytes) => bytes[0] === 15 * 8 + 2)
  if (isSparse) unsupported('the model has sparse weights: save them dense')
}
