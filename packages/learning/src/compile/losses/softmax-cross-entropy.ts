import type { Loss } from '../loss.ts'

/**
 * Logits [batch, ..., classes] against classes [batch, ...], mean over what lies between. A
 * negative
 * label is no label: it adds nothing.
 */
export const softmaxCrossEntropy: Loss = {
  contains: ['Softmax', 'LogSoftmax'],
  labels: (output) => ({ type: 'int64', shape: output.slice(0, -1) }),
  parts: (graph, output, labels) => {
    const last = output.shape.length - 1
    const classes = graph.ints(Array.from({ length: output.shape[last]! }, (_, at) => at))
    const each = graph.reshape(labels, [...labels.shape, 1])
    const wanted = graph.indicator('Equal', each, classes)
    const attributes = { axis: last }
    const logs = graph.unary('LogSoftmax', output, attributes)
    const positions = labels.shape.slice(1).reduce((product, size) => product * size, 1)
    const axes = Array.from({ length: last }, (_, at) => at + 1)
    const losses = graph.scale(graph.sum(graph.mul(wanted, logs), axes), -1 / positions)
    const counted = graph.sum(wanted, [last], true)
    const guess = graph.mul(graph.unary('Exp', logs), counted)
    return { losses, cotangent: graph.scale(graph.sub(guess, wanted), 1 / positions) }
  },
}
