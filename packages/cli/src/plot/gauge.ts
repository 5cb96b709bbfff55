const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const

/** A bar that is full at 100 percent; dots for one that nobody knows. */
export function gauge(percent: number | null, columns: number): string {
  if (percent === null) return '·'.repeat(columns)
  const share = Math.min(1, Math.max(0, percent / 100))
  const parts = Math.round(share * columns * 8)
  const bar = '█'.repeat(parts >> 3) + eighths[parts & 7]
  return bar + '░'.repeat(columns - bar.length)
}
