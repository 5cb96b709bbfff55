// The moments of a server's optimiser between two rounds, as bytes: two counts, then the numbers,
// all of them little-endian. Doubles as they are, so that a round repeated gives the same bits.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { OptimiserState } from './server-optimiser.ts'

const HEAD_BYTES = 16

/** Null where the optimiser has none. */
export function writeMoments({ momentum, variance }: OptimiserState): Uint8Array | null {
  if (momentum.length + variance.length === 0) return null
  const bytes = new Uint8Array(HEAD_BYTES + 8 * (momentum.length + variance.length))
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(momentum.length), true)
  view.setBigUint64(8, BigInt(variance.length), true)
  const numbers = new Float64Array(bytes.buffer, HEAD_BYTES)
  numbers.set(momentum)
  numbers.set(variance, momentum.length)
  return bytes
}

/** Has to be of the same sizes as the state of an optimiser that begins. */
export function readMoments(bytes: Uint8Array, like: OptimiserState): Outcome<OptimiserState> {
  const lengths = [like.momentum.length, like.variance.length] as const
  const isWhole = bytes.length === HEAD_BYTES + 8 * (lengths[0] + lengths[1])
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isLike =
    isWhole && lengths.every((length, at) => view.getBigUint64(8 * at, true) === BigInt(length))
  if (!isLike) return refuse('INVALID', 'the moments are of another strategy or another model')
  const numbers = new Float64Array(bytes.slice(HEAD_BYTES).buffer)
  const momentum = numbers.slice(0, lengths[0])
  return pass({ momentum, variance: numbers.slice(lengths[0]) })
}
