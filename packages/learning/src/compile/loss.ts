import type { ElementType, Shape } from '../onnx/tensor.ts'
import type { GraphBuilder, Value } from './graph-builder.ts'

export interface LossParts {
  /** Each example's loss: [batch]. */
  readonly losses: Value
  /** How each example's loss changes with the output. */
  readonly cotangent: Value
}

export interface Loss {
  /** What the labels of an output of this shape are. */
  readonly labels: (output: Shape) => { readonly type: ElementType; readonly shape: Shape }
  readonly parts: (graph: GraphBuilder, output: Value, labels: Value) => LossParts
  /** Operators at the end of a model that the loss contains already. */
  readonly contains: readonly string[]
}

/** Mean over all but the first axis. */
export function meanByExample(graph: GraphBuilder, value: Value): Value {
  return graph.mean(value, [...value.shape.keys()].slice(1))
}

/** A loss whose every element depends on one element of output and labels. */
export function elementwiseLoss(
  contains: readonly string[],
  parts: (graph: GraphBuilder, output: Value, labels: Value) => readonly [Value, Value],
): Loss {
  return {
    contains,
    labels: (shape) => ({ type: 'float32', shape }),
    parts: (graph, output, labels) => {
      const [elements, slopes] = parts(graph, output, labels)
      const count = output.shape.slice(1).reduce((product, size) => product * size, 1)
      const cotangent = graph.scale(slopes, 1 / count)
      return { losses: meanByExample(graph, elements), cotangent }
    },
  }
}
