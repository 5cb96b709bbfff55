import { elementwiseLoss } from '../loss.ts'

export const meanSquaredError = elementwiseLoss([], (graph, output, labels) => {
  const difference = graph.sub(output, labels)
  return [graph.mul(difference, difference), graph.scale(difference, 2)]
})
