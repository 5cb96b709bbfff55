// A complex fast Fourier transform in place, for lengths that are powers of two.

/** Transforms `re + i im`. The inverse is the same with `re` and `im` exchanged, over the length.
 *  */
export function fft(re: Float64Array, im: Float64Array): void {
  const length = re.length
  if (length !== im.length || (length & (length - 1)) !== 0) {
    throw new RangeError(`no transform of ${length} and ${im.length} numbers`)
  }
  reverseBits(re, im)
  const [cosines, sines] = rootsOfUnity(length)
  for (let half = 1; half < length; half *= 2) {
    const stride = length / (2 * half)
    for (let start = 0; start < length; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const c = cosines[k * stride]!
        const s = sines[k * stride]!
        const low = start + k
        const high = low + half
        const highRe = re[high]! * c - im[high]! * s
        const highIm = re[high]! * s + im[high]! * c
        re[high] = re[low]! - highRe
        im[high] = im[low]! - highIm
        re[low]! += highRe
        im[low]! += highIm
      }
    }
  }
}

export function inverseFft(re: Float64Array, im: Float64Array): void {
  fft(im, re)
  for (let i = 0; i < re.length; i++) {
    re[i]! /= re.length
    im[i]! /= re.length
  }
}

function reverseBits(re: Float64Array, im: Float64Array): void {
  for (let i = 1, j = 0; i < re.length; i++) {
    let bit = re.length >> 1
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit
    j ^= bit
    if (i >= j) continue
    const swapRe = re[i]!
    const swapIm = im[i]!
    re[i] = re[j]!
    im[i] = im[j]!
    re[j] = swapRe
    im[j] = swapIm
  }
}

/** Each from its own angle: a recurrence would lose digits over a million steps. */
function rootsOfUnity(length: number): readonly [Float64Array, Float64Array] {
  const cosines = new Float64Array(length / 2)
  const sines = new Float64Array(length / 2)
  for (let k = 0; k < length / 2; k++) {
    const angle = (-2 * Math.PI * k) / length
    cosines[k] = Math.cos(angle)
    sines[k] = Math.sin(angle)
  }
  return [cosines, sines]
}
