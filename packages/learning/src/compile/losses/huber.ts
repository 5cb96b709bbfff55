import { elementwiseLoss } from '../loss.ts'

/** Half the square up to 1, and the distance less a half beyond. */
export const huber = elementwiseLoss([], (graph, output, labels) => {
  const difference = graph.sub(output, labels)
  const bounded = graph.emit('Clip', [difference, graph.scalar(-1), graph.scalar(1)], {
    shape: difference.shape,
  })
  // With c the bounded difference, both branches are c (d - c / 2).
  const losses = graph.mul(bounded, graph.sub(difference, graph.scale(bounded, 0.5)))
  return [losses, bounded]
})
