// Honest axes: they end at round numbers beyond the data, and begin at zero for amounts.

export interface Scale {
  readonly min: number
  readonly max: number
  readonly ticks: readonly number[]
}

/** Round numbers around the values: steps of 1, 2 or 5 times a power of ten. */
export function niceScale(lowest: number, highest: number, ticksWanted = 4): Scale {
  const spread = highest - lowest || Math.abs(highest) || 1
  const rough = spread / ticksWanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((each) => rough <= each * power) ?? 10)
  const min = Math.floor(lowest / step + 1e-9) * step
  const max = Math.max(Math.ceil(highest / step - 1e-9) * step, min + step)
  const count = Math.round((max - min) / step)
  const ticks = Array.from({ length: count + 1 }, (_, i) =>
    Number((min + i * step).toPrecision(12)),
  )
  return { min, max, ticks }
}

/** As short as tells its neighbours apart. */
export function tickText(value: number): string {
  const size = Math.abs(value)
  if (size >= 10_000) {
    return new Intl.NumberFormat('en-US', { notation: 'compact' }).format(value)
  }
  if (size !== 0 && size < 0.001) return value.toExponential(0)
  return String(Number(value.toPrecision(4)))
}
