// The mean of updates that nobody has seen: words under masks are added up, and what the masks are
// is known for all of them together. Words arrive as bytes, one node's after the other.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { maskedSum } from '../secure/masked-sum.ts'
import type { Mask } from '../secure/masks.ts'
import { type ParameterLayout, sizeOf } from '../train/parameter-layout.ts'
import type { FixedPoint } from './fixed-point.ts'
import type { Row } from './vector.ts'

export interface MaskedMean {
  readonly kind: 'masked-mean'
  readonly masks: readonly Mask[]
  readonly fixedPoint: FixedPoint
  /** What the sum is divided by: those in it, or those who were expected. */
  readonly nodes: number
}

export interface Unmasked {
  readonly change: Row
  /** How many were added up. */
  readonly updates: number
}

export async function maskedMean(
  { masks, fixedPoint, nodes }: MaskedMean,
  updates: AsyncIterable<Uint8Array>,
  layout: ParameterLayout,
): Promise<Outcome<Unmasked>> {
  const sum = maskedSum(sizeOf(layout))
  let count = 0
  for await (const bytes of updates) {
    const words = wordsIn(bytes)
    const added = words === null ? refuse('INVALID', 'half a word came') : sum.add(words)
    // Masks cancel among all of them or not at all.
    if (!added.ok) return added
    count += 1
  }
  const units = inPlace(sum.open(masks), layout)
  const unit = 2 ** -fixedPoint.fractionBits
  // As the mean of updates that are seen: bit for bit the same.
  return pass({ change: units.map((each) => (each / nodes) * unit), updates: count })
}

/** Updates are written by the names of their parameters, and their words lie as they were. */
function inPlace(units: Int32Array, layout: ParameterLayout): Row {
  const placed = new Float64Array(units.length)
  let at = 0
  const byName = [...layout].sort((one, other) => (one.name < other.name ? -1 : 1))
  for (const { offset, length } of byName) {
    for (let i = 0; i < length; i++) placed[offset + i] = units[at + i]!
    at += length
  }
  return placed
}

/** Little-endian, as every machine is that this runs on. */
function wordsIn(bytes: Uint8Array): Uint32Array | null {
  if (bytes.length % 4 !== 0) return null
  const { buffer, byteOffset, length } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  return new Uint32Array(buffer, byteOffset, length / 4)
}
