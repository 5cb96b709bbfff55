// Walks the model once, in its order: the shape of every tensor, what is known of it already,
// where the examples lie in it, and whether anything trained is behind it. Whatever cannot be
// trained with a gradient for each example is refused here or on the way back, with the name of
// its node.
import { attributesOf } from '../onnx/attributes.ts'
import type { NodeProto, TensorProto, ValueInfo } from '../onnx/messages.ts'
import type { Model } from '../onnx/read-model.ts'
import { invalid, unsupported } from '../onnx/rejection.ts'
import { countOf, elementTypeOf, readTensor, type Shape, type Tensor } from '../onnx/tensor.ts'
import { wholeAxis } from './batch-axis.ts'
import type { Call, ParameterView, TensorInfo } from './call.ts'
import { ownPrefix } from './graph-builder.ts'
import type { Operator } from './operator.ts'
import { instead, isSupported, operators } from './operators.ts'

export interface AnalyseOptions {
  readonly batchSize: number
  /** Sizes of named dimensions besides the batch, such as the length of a sequence. */
  readonly sizes: Readonly<Record<string, number>>
  /** Weights that stay as they are. */
  readonly frozen: readonly string[]
}

export interface Step {
  readonly node: NodeProto
  readonly call: Call
  readonly operator: Operator
  readonly outputs: readonly TensorInfo[]
}

export interface Analysis {
  readonly inputs: readonly TensorInfo[]
  readonly outputs: readonly TensorInfo[]
  readonly steps: readonly Step[]
  readonly parameters: ReadonlyMap<string, Tensor>
  /** Initializers that are not trained. */
  readonly constants: readonly TensorProto[]
}

type Values = Map<string, TensorInfo>

export function analyse({ graph, opset }: Model, options: AnalyseOptions): Analysis {
  const values: Values = new Map()
  const initializers = new Set(graph.initializer.map(({ name }) => name ?? ''))
  const parameters = new Map<string, Tensor>()
  const constants: TensorProto[] = []
  for (const proto of graph.initializer) {
    const tensor = readTensor(proto)
    const name = ownName(proto.name)
    const isParameter = isTrainable(tensor) && !options.frozen.includes(name)
    if (isParameter) parameters.set(name, tensor)
    else constants.push(proto)
    values.set(name, initializerInfo(name, tensor, isParameter))
  }
  const inputs = graph.input
    .filter(({ name }) => !initializers.has(name ?? ''))
    .map((input) => inputInfo(input, options))
  for (const input of inputs) values.set(input.name, input)
  const steps = graph.node.map((node) => {
    const step = stepOf(node, values, opset, options.batchSize)
    for (const output of step.outputs) values.set(output.name, output)
    return step
  })
  const outputs = graph.output.map(({ name }) => valueNamed(values, name ?? ''))
  return { inputs, outputs, steps, parameters, constants }
}

/** Scalars are settings of the model, and huge numbers are masks: neither is a weight. */
function isTrainable({ type, shape, data }: Tensor): boolean {
  if (type !== 'float32' || shape.length === 0) return false
  return (data as Float32Array).every((value) => Math.abs(value) < 1e30)
}

function initializerInfo(name: string, tensor: Tensor, isParameter: boolean): TensorInfo {
  const { shape, type, data } = tensor
  const isKnown = !isParameter && data.length <= 1024
  return {
    name,
    shape,
    type,
    known: isKnown ? Array.from(data as ArrayLike<number | bigint>, Number) : null,
    batch: null,
    view: isParameter ? { parameter: name, steps: [] } : null,
    isTrained: false,
  }
}

/** The first axis of every input is the batch. */
function inputInfo(input: ValueInfo, { batchSize, sizes }: AnalyseOptions): TensorInfo {
  const name = ownName(input.name)
  const tensor = input.type?.tensorType
  const type = elementTypeOf(tensor?.elemType, `input '${name}'`)
  const dimensions = tensor?.shape?.dim ?? []
  if (dimensions.length === 0) unsupported(`input '${name}' has no batch axis`)
  const shape = dimensions.map(({ dimValue, dimParam }, axis) => {
    if (axis === 0) return batchSize
    const size = dimValue === undefined ? sizes[dimParam ?? ''] : Number(dimValue)
    if (size === undefined || size < 1) {
      unsupported(`input '${name}' has an open size '${dimParam ?? axis}': give it in 'sizes'`)
    }
    return size
  })
  return { name, shape, type, known: null, batch: wholeAxis(0), view: null, isTrained: false }
}

function stepOf(node: NodeProto, values: Values, opset: number, batchSize: number): Step {
  const call = callOf(node, values, opset, batchSize)
  const operator = operatorOf(call)
  const shapes = operator.shapes(call)
  const type = operator.type?.(call) ?? call.inputs[0]?.type ?? 'float32'
  const isBatched = call.inputs.some((input) => input?.batch != null)
  if (isBatched) requireDataInPlace(call, operator)
  const batch = isBatched ? operator.batch(call, shapes) : null
  const view = batch === null ? viewOf(call, operator) : null
  const isTrained =
    batch !== null &&
    operator.flow !== null &&
    type === 'float32' &&
    call.inputs.some((input) => input !== null && (input.isTrained || input.view !== null))
  const known = batch === null ? (operator.known?.(call, shapes) ?? null) : null
  const outputs = node.output.flatMap((given, index) => {
    if (given === '') return []
    const shape = shapes[index] ?? call.refuse(`its output ${index} is not supported`)
    requireSane(call, shape, batch !== null)
    const isFirst = index === 0
    return [
      { name: ownName(given), shape, type, known: isFirst ? known : null, batch, view, isTrained },
    ]
  })
  return { node, call, operator, outputs }
}

function callOf(node: NodeProto, values: Values, opset: number, batchSize: number): Call {
  const op = node.opType ?? ''
  const name = node.name || (node.output[0] ?? '')
  return {
    op,
    name,
    opset,
    batchSize,
    attributes: attributesOf(node),
    inputs: node.input.map((input) => (input === '' ? null : valueNamed(values, input))),
    outputCount: node.output.filter((output) => output !== '').length,
    refuse: (reason) => unsupported(`node '${name}' (${op}): ${reason}`),
  }
}

function operatorOf(call: Call): Operator {
  if (isSupported(call.op)) return operators[call.op]
  return call.refuse(instead[call.op] ?? 'this operator is not supported; write it with others')
}

function requireDataInPlace(call: Call, operator: Operator): void {
  if (operator.takesDataAnywhere === true) return
  const misplaced = call.inputs.find((input, at) => at > 0 && input?.batch != null)
  if (misplaced != null) {
    call.refuse(`its input '${misplaced.name}' depends on the data; only the first may`)
  }
}

/** What is left of a parameter that met no data yet. */
function viewOf(call: Call, operator: Operator): ParameterView | null {
  const at = call.inputs.findIndex((input) => input?.view != null)
  if (at < 0 || call.op === 'Shape') return null
  const { parameter, steps } = call.inputs[at]!.view!
  if (at > 0 || operator.view === undefined) {
    call.refuse(
      `parameter '${parameter}' goes through it before it meets the data: fold it into the ` +
        'weights, or freeze it',
    )
  }
  return { parameter, steps: [...steps, operator.view(call)] }
}

/** No tensor of a run holds more than a gigabyte, and none of the data is empty. */
function requireSane(call: Call, shape: Shape, isBatched: boolean): void {
  const least = isBatched ? 1 : 0
  if (shape.some((size) => !Number.isInteger(size) || size < least) || countOf(shape) > 2 ** 28) {
    call.refuse(`its output of shape [${shape.join(', ')}] is impossible or too large`)
  }
}

function valueNamed(values: Values, name: string): TensorInfo {
  return values.get(name) ?? invalid(`'${name}' is used before anything makes it`)
}

function ownName(name: string | undefined): string {
  if (name === undefined || name === '') return invalid('a tensor has no name')
  if (name.startsWith(ownPrefix)) invalid(`'${name}' begins with ${ownPrefix}, which is ours`)
  return name
}
