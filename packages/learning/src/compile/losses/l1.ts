import { elementwiseLoss } from '../loss.ts'

export const l1 = elementwiseLoss([], (graph, output, labels) => {
  const difference = graph.sub(output, labels)
  return [graph.unary('Abs', difference), graph.unary('Sign', difference)]
})
