// A value over time in one line. Its scale is said by whoever shows it, never worked out from the
// values: a quiet machine is not to look busy.

const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

/** The last `columns` values between `min` and `max`, the newest at the right; null is a gap. */
export function sparkline(
  values: readonly (number | null)[],
  { min, max, columns }: { readonly min: number; readonly max: number; readonly columns: number },
): string {
  const shown = columns > 0 ? values.slice(-columns) : []
  return shown
    .map((value) => {
      if (value === null || !Number.isFinite(value)) return ' '
      const share = (value - min) / (max - min)
      return bars[Math.min(bars.length - 1, Math.max(0, Math.floor(share * bars.length)))]
    })
    .join('')
    .padStart(columns)
}
