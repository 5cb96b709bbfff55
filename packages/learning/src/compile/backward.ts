// Reverse mode over the steps of a model. It leaves, for each parameter, what the graph needs to
// know of its gradient by example.
import { unsupported } from '../onnx/rejection.ts'
import type { Analysis, Step } from './analyse.ts'
import type { TensorInfo } from './call.ts'
import type { GraphBuilder, Value } from './graph-builder.ts'
import type { Backward } from './operator.ts'
import { combined, type ParameterGradient, throughViews } from './parameter-gradient.ts'

export function backward(
  graph: GraphBuilder,
  analysis: Analysis,
  output: TensorInfo,
  cotangent: Value,
): ReadonlyMap<string, ParameterGradient> {
  const cotangents = new Map([[output.name, cotangent]])
  const uses = new Map<string, ParameterGradient[]>()
  for (const step of analysis.steps.toReversed()) {
    if (!step.outputs.some(({ name }) => cotangents.has(name))) continue
    if (!step.outputs.some(({ isTrained }) => isTrained)) continue
    stepBack(graph, step, cotangents, uses)
  }
  const unused = [...analysis.parameters.keys()].filter((name) => !uses.has(name))
  if (unused.length > 0) {
    unsupported(`nothing of the output depends on '${unused.join("', '")}': freeze or remove it`)
  }
  return new Map([...uses].map(([name, list]) => [name, combined(graph, list)]))
}

function stepBack(
  graph: GraphBuilder,
  step: Step,
  cotangents: Map<string, Value>,
  uses: Map<string, ParameterGradient[]>,
): void {
  const { call, operator, outputs } = step
  const back = backwardOf(graph, step, cotangents)
  for (const [index, input] of call.inputs.entries()) {
    if (input === null || operator.flow === null) continue
    if (input.isTrained) {
      const flowed = operator.flow(back, index)
      const before = cotangents.get(input.name)
      cotangents.set(input.name, before === undefined ? flowed : graph.add(before, flowed))
    } else if (input.view !== null) {
      const { parameter, steps } = input.view
      const gradient =
        operator.parameter?.(back, index) ??
        call.refuse(`parameter '${parameter}' cannot be trained as its input ${index}: freeze it`)
      const list = uses.get(parameter) ?? []
      uses.set(parameter, [...list, throughViews(graph, gradient, steps)])
    }
  }
  // What a step has passed on is not needed again.
  for (const { name } of outputs) cotangents.delete(name)
}

function backwardOf(
  graph: GraphBuilder,
  { call, outputs }: Step,
  cotangents: ReadonlyMap<string, Value>,
): Backward {
  const made = new Map<string, unknown>()
  return {
    graph,
    call,
    outputs,
    cotangent: (index = 0) => {
      const output = outputs[index]!
      return cotangents.get(output.name) ?? graph.zeros(output.shape)
    },
    once: <T>(key: string, work: () => T): T => {
      if (!made.has(key)) made.set(key, work())
      return made.get(key) as T
    },
  }
}
