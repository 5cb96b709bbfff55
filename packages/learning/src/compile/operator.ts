import type { ElementType, Shape } from '../onnx/tensor.ts'
import type { BatchAxis } from './batch-axis.ts'
import type { Call, TensorInfo, ViewStep } from './call.ts'
import type { GraphBuilder, Value } from './graph-builder.ts'
import type { ParameterGradient } from './parameter-gradient.ts'

/** A node on the way back. */
export interface Backward {
  readonly graph: GraphBuilder
  readonly call: Call
  readonly outputs: readonly TensorInfo[]
  /** The cotangent of an output; zeros where nothing depends on it. */
  cotangent(index?: number): Value
  /** What several rules of one node share is made once. */
  once<T>(key: string, work: () => T): T
}

/** All that the compiler knows of an operator. Adding one is one file and one line. */
export interface Operator {
  /** The shape rule. Sizes are numbers throughout: a graph is compiled for one batch size. */
  readonly shapes: (call: Call) => readonly Shape[]
  /** The type of the outputs; the type of the first input unless said. */
  readonly type?: (call: Call) => ElementType
  /** Whether other inputs than the first may hold examples. */
  readonly takesDataAnywhere?: true
  /** Where examples lie in the outputs; asked when an input holds examples. Null: in none. */
  readonly batch: (call: Call, shapes: readonly Shape[]) => BatchAxis | null
  /** The elements of the first output, where they can be worked out now. */
  readonly known?: (call: Call, shapes: readonly Shape[]) => readonly number[] | null
  /** What becomes of a parameter that goes in alone; without it, none may. */
  readonly view?: (call: Call) => ViewStep
  /** The gradient rule: the cotangent of an input that holds examples. Null: nothing flows. */
  readonly flow: ((back: Backward, input: number) => Value) | null
  /** The rule for each example's gradient of an input that is a parameter. */
  readonly parameter?: (back: Backward, input: number) => ParameterGradient
}
