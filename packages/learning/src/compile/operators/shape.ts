import { required } from '../call.ts'
import type { Operator } from '../operator.ts'

export const shape: Operator = {
  shapes: (call) => [[sizesOf(required(call, 0).shape, call.attributes.int).length]],
  type: () => 'int64',
  // Sizes say how many examples there are in a run, which is fixed; not what is in them.
  batch: () => null,
  known: (call) => sizesOf(required(call, 0).shape, call.attributes.int),
  flow: null,
}

function sizesOf(
  sizes: readonly number[],
  int: (name: string, byDefault: number) => number,
): readonly number[] {
  return sizes.slice(int('start', 0), int('end', sizes.length))
}
