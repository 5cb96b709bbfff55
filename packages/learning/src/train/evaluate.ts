import type { Dataset } from '../data/dataset.ts'
import type { BoundGraph } from './bound-graph.ts'
import { fillRows } from './gradient-sum.ts'

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
    fillRows(
      bound,
      dataset,
      Int32Array.from({ length }, (_, at) => start + at),
    )
    await bound.executor.run()
    for (const loss of bound.losses.subarray(0, length)) lossSum += loss
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
    const scores = output.subarray(at * classes, (at + 1) * classes)
    const best = scores.reduce((top, score, each) => (score > scores[top]! ? each : top), 0)
    judged += 1
    if (best === label) hits += 1
  }
  return { hits, judged }
}
