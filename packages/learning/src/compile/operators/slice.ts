import { axisIn, type Call, knownInput, required } from '../call.ts'
import { inputOf } from '../elementwise.ts'
import type { Operator } from '../operator.ts'
import { putBack } from '../scatter.ts'

export const slice: Operator = {
  shapes: (call) => {
    const taken = takenOf(call)
    return [required(call, 0).shape.map((size, axis) => taken.get(axis)?.count ?? size)]
  },
  batch: (call) => {
    const { batch, shape } = required(call, 0)
    const taken = takenOf(call).get(batch!.axis)
    const isWhole =
      taken === undefined ||
      (taken.start === 0 && taken.step === 1 && taken.count === shape[batch!.axis])
    if (!isWhole) call.refuse('it takes examples out of the batch')
    return batch
  },
  known: (call) => {
    const { known, shape } = required(call, 0)
    if (known === null || shape.length !== 1) return null
    const taken = takenOf(call).get(0)
    return taken === undefined ? known : indicesOf(taken).map((index) => known[index]!)
  },
  flow: (back) => {
    const { shape } = inputOf(back, 0)
    let value = back.cotangent()
    for (const [axis, taken] of takenOf(back.call)) {
      value = putBack(back, value, axis, indicesOf(taken), shape[axis]!)
    }
    return value
  },
}

interface Taken {
  readonly start: number
  readonly step: number
  readonly count: number
}

function takenOf(call: Call): ReadonlyMap<number, Taken> {
  const { shape } = required(call, 0)
  const [starts, ends] = [knownInput(call, 1) ?? [], knownInput(call, 2) ?? []]
  const axes = knownInput(call, 3) ?? starts.map((_, at) => at)
  const steps = knownInput(call, 4) ?? starts.map(() => 1)
  return new Map(
    axes.map((given, at) => {
      const axis = axisIn(call, given, shape.length)
      return [axis, takenFrom(shape[axis]!, starts[at]!, ends[at]!, steps[at]!)]
    }),
  )
}

function indicesOf({ start, step, count }: Taken): readonly number[] {
  return Array.from({ length: count }, (_, at) => start + at * step)
}

function takenFrom(size: number, start: number, end: number, step: number): Taken {
  const positive = (index: number) => (index < 0 ? index + size : index)
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1]
  const bound = (index: number, least: number, most: number) =>
    Math.min(Math.max(positive(index), least), most)
  const from = bound(start, 0, step > 0 ? size : size - 1)
  const to = bound(end, low, high)
  return { start: from, step, count: Math.max(0, Math.ceil((to - from) / step)) }
}
