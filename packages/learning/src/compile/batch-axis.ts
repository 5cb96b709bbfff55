// Where the examples lie in a tensor, proven operator by operator. The batch is one factor of one
// axis: that axis has `outer * batch * inner` elements, and example b holds those whose index is
// (o * batch + b) * inner + i. An operator that would let examples meet has no such answer, and
// the model is refused. Nothing here guesses from sizes: a reshape is followed by arithmetic
// alone.
import type { Shape } from '../onnx/tensor.ts'
import { countOf } from '../onnx/tensor.ts'
import type { Call, TensorInfo } from './call.ts'

export interface BatchAxis {
  readonly axis: number
  readonly outer: number
  readonly inner: number
}

export const wholeAxis = (axis: number): BatchAxis => ({ axis, outer: 1, inner: 1 })

/** A batch axis with the same factors at another place. */
export function movedTo(batch: BatchAxis, axis: number): BatchAxis {
  return { ...batch, axis }
}

/** Where the batch is after a reshape, or null when no single axis holds it any more. */
export function reshaped(batch: BatchAxis, from: Shape, to: Shape, size: number): BatchAxis | null {
  const before = countOf(from.slice(0, batch.axis)) * batch.outer
  const after = countOf(from.slice(batch.axis + 1)) * batch.inner
  let ahead = 1
  for (const [axis, length] of to.entries()) {
    const outer = before / ahead
    const inner = after / countOf(to.slice(axis + 1))
    const holds = Number.isInteger(outer) && Number.isInteger(inner)
    if (holds && outer * size * inner === length) return { axis, outer, inner }
    ahead *= length
  }
  return null
}

/**
 * The batch axis of an elementwise result: every batched input has it at the same place, counted
 * from the last axis, and the others do not vary along it.
 */
export function elementwiseBatch(call: Call, [output]: readonly Shape[]): BatchAxis | null {
  return broadcastBatch(call, call.inputs, output!.length)
}

export function broadcastBatch(
  call: Call,
  inputs: readonly (TensorInfo | null)[],
  rank: number,
): BatchAxis | null {
  let found: BatchAxis | null = null
  for (const input of inputs) {
    if (input?.batch == null) continue
    const here = movedTo(input.batch, input.batch.axis + rank - input.shape.length)
    if (found !== null && !isSame(found, here)) {
      call.refuse('it pairs examples with each other: the batch lies on different axes')
    }
    found = here
  }
  if (found === null) return null
  for (const input of inputs) if (input !== null) requireConstantAlong(call, input, found, rank)
  return found
}

export function isSame(one: BatchAxis, other: BatchAxis): boolean {
  return one.axis === other.axis && one.outer === other.outer && one.inner === other.inner
}

function requireConstantAlong(
  call: Call,
  input: TensorInfo,
  { axis, outer, inner }: BatchAxis,
  rank: number,
): void {
  if (input.batch !== null) return
  const length = input.shape[axis - (rank - input.shape.length)] ?? 1
  if (length === 1) return
  const hint = outer * inner === 1 ? '' : ' (merge the batch with other axes later, or not at all)'
  call.refuse(
    `'${input.name}' of shape [${input.shape.join(', ')}] has a value for each place in the ` +
      `batch, so that an example would depend on where it stands${hint}`,
  )
}

/** For operators that take the batch as their first axis, possibly merged with one behind it. */
export function leadingBatch(call: Call): BatchAxis | null {
  const batch = call.inputs[0]?.batch ?? null
  if (batch !== null && (batch.axis !== 0 || batch.outer !== 1)) {
    call.refuse('it takes the batch as first axis, and the batch is elsewhere here')
  }
  return batch
}
