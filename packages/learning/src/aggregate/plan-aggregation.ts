// What a model is to whoever aggregates: the order of its numbers, and a graph that evaluates it.
import { type Outcome, pass } from '@vcp/protocol'
import { compile, type TrainingGraph } from '../compile/compile.ts'
import type { LossName } from '../compile/losses.ts'
import type { ModelProto } from '../onnx/messages.ts'
import { layoutOf, type ParameterLayout } from '../train/parameter-layout.ts'

export interface AggregationPlan {
  readonly graph: TrainingGraph
  readonly layout: ParameterLayout
}

/** Examples to a run: what fits into a cache, and no matter for what comes out. */
const batchSize = 64

export function planAggregation(model: ModelProto, loss: LossName): Outcome<AggregationPlan> {
  const graph = compile(model, { mode: 'evaluate', loss, batchSize })
  if (!graph.ok) return graph
  return pass({ graph: graph.value, layout: layoutOf(graph.value.parameters) })
}
