import type { Dataset } from '../data/dataset.ts'
import type { BoundGraph } from './bound-graph.ts'
import { fillSpan } from './gradient-sum.ts'

export interface Evaluation {
  readonly count: number
  readonly loss: number
  /** Labels that are the largest output; null where labels are no classes. */
  readonly accuracy: number | null
}

/** Mean loss and accuracy over a whole data set. */
export async function evaluate(bound: BoundGraph, dataset: Dataset): Promise<Evaluation> {
  const { batchSize, labels } = bound.graph
  let [lossSum, hits, judged] = [0, 0, 0]
  for (let start = 0; start < dataset.count; start += batchSize) {
    const length = Math.min(batchSize, dataset.count - start)
    fillSpan(bound, dataset, start, length)
    await bound.executor.run()
    for (let row = 0; row < length; row++) lossSum += bound.losses[row]!
    if (labels.type !== 'int64') continue
    const share = hitsIn(bound, length)
    hits += share.hits
    judged += share.judged
  }
  const accuracy = judged === 0 ? null : hits / judged
  return { count: dataset.count, loss: lossSum / dataset.count, accuracy }
}

function hitsIn({ graph, output, labels }: BoundGraph, rows: number) {
  const classes = graph.output.shape.at(-1)!
  const wanted = labels as BigInt64Array
  const positions = (wanted.length / graph.batchSize) * rows
  let [hits, judged] = [0, 0]
  for (let at = 0; at < positions; at++) {
    const label = Number(wanted[at])
    if (label < 0) continue
    const first = at * classes
    let best = 0
    for (let each = 1; each < classes; each++) {
      if (output[first + each]! > output[first + best]!) best = each
    }
    judged += 1
    if (best === label) hits += 1
  }
  return { hits, judged }
}
