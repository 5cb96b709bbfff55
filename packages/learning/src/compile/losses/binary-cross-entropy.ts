import { elementwiseLoss } from '../loss.ts'

/**
 * Logits against labels from 0 to 1: max(x, 0) - x y + log(1 + exp(-|x|)), which never overflows.
 */
export const binaryCrossEntropy = elementwiseLoss(['Sigmoid'], (graph, output, labels) => {
  const positive = graph.unary('Relu', output)
  const tail = graph.unary('Exp', graph.scale(graph.unary('Abs', output), -1))
  const soft = graph.unary('Log', graph.add(tail, graph.scalar(1)))
  const losses = graph.add(graph.sub(positive, graph.mul(output, labels)), soft)
  return [losses, graph.sub(graph.unary('Sigmoid', output), labels)]
})
