// Estimates pi by throwing points at a square: a function with typed arguments and no imports.

let state: u64 = 0

/** The share of `samples` random points that fall into the quarter circle, times four. */
export function estimate(samples: i32, seed: i64): f64 {
  state = seed as u64
  let inside: i32 = 0
  for (let i: i32 = 0; i < samples; i++) {
    const x = next()
    const y = next()
    if (x * x + y * y < 1) inside++
  }
  return (4 * (inside as f64)) / (samples as f64)
}

/** SplitMix64: 53 random bits as a number in [0, 1). */
function next(): f64 {
  state += 0x9e3779b97f4a7c15
  let z = state
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb
  z ^= z >> 31
  return ((z >> 11) as f64) / 9007199254740992.0
}
