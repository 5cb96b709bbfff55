import { axesOf, knownInput, required } from '../call.ts'
import { rearrangement } from '../rearrangement.ts'

export const unsqueeze = rearrangement((call) => {
  const { shape } = required(call, 0)
  const count = call.attributes.ints('axes')?.length ?? knownInput(call, 1)?.length ?? 0
  const rank = shape.length + count
  const axes = axesOf(call, 1, rank) ?? []
  const rest = [...shape]
  return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!))
})
