// What the line to the coordinator has shown of itself. Measured, or null: nobody guesses.

export interface LineQuality {
  /** A round trip. */
  echoed(ms: number): void
  /** Bytes that came, and how long they took. */
  received(bytes: number, ms: number): void
  /** The middle of the last few, so that one hiccup opens no breaker. */
  latencyMs(): number | null
  downMbps(): number | null
}

const echoesKept = 3
/** Less says more about delays than about the line. */
const bytesMin = 1_048_576
const weightOfNewest = 0.3

export function createLineQuality(): LineQuality {
  const echoes: number[] = []
  let mbps: number | null = null

  return {
    echoed(ms) {
      echoes.push(ms)
      if (echoes.length > echoesKept) echoes.shift()
    },
    received(bytes, ms) {
      if (bytes < bytesMin || ms <= 0) return
      const newest = (bytes * 8) / 1_000 / ms
      mbps = mbps === null ? newest : mbps + weightOfNewest * (newest - mbps)
    },
    latencyMs() {
      const sorted = [...echoes].sort((one, other) => one - other)
      return sorted[Math.floor((sorted.length - 1) / 2)] ?? null
    },
    downMbps: () => mbps,
  }
}
