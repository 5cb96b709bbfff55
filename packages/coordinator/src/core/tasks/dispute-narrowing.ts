import type { Digest, HashesBelow } from '@vcp/protocol'

/**
 * Which of the two places below one is the first to differ, with what each party says of it. An
 * answer that does not hash to what its party said before shows that the party makes it up, so
 * both are checked before.
 */
export function narrow(
  index: number,
  one: HashesBelow,
  other: HashesBelow,
): { readonly index: number; readonly one: Digest; readonly other: Digest } {
  const side = one[0] === other[0] ? 1 : 0
  return { index: index * 2 + side, one: one[side], other: other[side] }
}
