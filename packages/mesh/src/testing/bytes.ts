/** Bytes that no two seeds have in common, and no two leaves. */
export function bytesOf(count: number, seed = 0): Buffer {
  const bytes = Buffer.allocUnsafe(count)
  let state = (seed + 1) * 2_654_435_761
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    bytes[i] = state >>> 24
  }
  return bytes
}
