import { axesOf, required } from '../call.ts'
import { rearrangement } from '../rearrangement.ts'

export const squeeze = rearrangement((call) => {
  const { shape } = required(call, 0)
  const axes = axesOf(call, 1, shape.length)
  if (axes?.some((axis) => shape[axis] !== 1)) call.refuse('an axis to squeeze is not of size 1')
  return shape.filter((size, axis) => (axes === null ? size !== 1 : !axes.includes(axis)))
})
