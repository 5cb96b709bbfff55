// Round numbers for an axis, so that its labels are exact.

export interface Scale {
  readonly min: number
  readonly max: number
  /** From `min` to `max`, both included. */
  readonly ticks: readonly number[]
  /** Every tick with the same number of digits. */
  label(value: number): string
}

/** As good as nothing: below it numbers lose their digits. */
const smallest = 1e-290

/** The smallest scale of round numbers over all values, with at most so many ticks, or three. */
export function scaleOver(values: readonly number[], ticksMax: number): Scale {
  const low = Math.min(...values)
  const high = Math.max(...values)
  // A line that is flat lies in the middle; what differs by less is told apart by no label.
  const largest = Math.max(Math.abs(low), Math.abs(high))
  const isFlat = high - low <= Math.max(1e-9 * largest, smallest)
  const pad = !isFlat ? 0 : largest > smallest ? largest / 2 : 0.5
  return roundScale(low - pad, high + pad, Math.max(3, ticksMax))
}

function roundScale(low: number, high: number, ticksMax: number): Scale {
  for (const step of stepsFrom((high - low) / (ticksMax - 1))) {
    const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)]
    if (last - first + 1 > ticksMax && last - first > 1) continue
    const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step)
    return { min: ticks[0]!, max: ticks.at(-1)!, ticks, label: labelBy(step, ticks) }
  }
  throw new RangeError('an axis without an end')
}

/** 1, 2 and 5 times powers of ten, from the largest that is not above `least`. */
function* stepsFrom(least: number): Generator<number> {
  const exponent = Math.floor(Math.log10(least))
  for (let power = exponent; power < exponent + 4; power++) {
    for (const factor of [1, 2, 5]) {
      const step = Number(`${factor}e${power}`)
      if (step >= least * 0.999) yield step
    }
  }
}

function labelBy(step: number, ticks: readonly number[]): (value: number) => string {
  const largest = Math.max(...ticks.map(Math.abs))
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  if (largest >= 1e7 || digits > 5) return (value) => (value === 0 ? '0' : value.toExponential(1))
  return (value) => {
    const text = value.toFixed(digits)
    return Number(text) === 0 ? (0).toFixed(digits) : text
  }
}
