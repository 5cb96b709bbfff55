// Token buckets: so many requests at once, and so many a minute after that. A bucket that nobody
// drew from for long is full, and forgetting a full one changes nothing; the table is bounded by
// forgetting the one that rested longest.
import { type RateClass, rateLimits } from '@vcp/protocol'

export interface Rate {
  readonly perMinute: number
  readonly burst: number
}

export type Rates = Readonly<Record<RateClass, Rate>>

export const standardRates: Rates = rateLimits

export interface RateLimiterOptions {
  readonly rates: Rates
  readonly bucketsMax: number
  nowMs(): number
}

export interface RateLimiter {
  /** Zero: go on. Otherwise the seconds after which there is room again. */
  take(rateClass: RateClass, who: string): number
  /** Another rate for one account. */
  override(rateClass: RateClass, who: string, rate: Rate): void
  readonly size: number
}

interface Bucket {
  tokens: number
  atMs: number
}

export function createRateLimiter({ rates, bucketsMax, nowMs }: RateLimiterOptions): RateLimiter {
  const buckets = new Map<string, Bucket>()
  const overrides = new Map<string, Rate>()

  function forget(): void {
    const oldest = buckets.keys().next()
    if (buckets.size >= bucketsMax && !oldest.done) buckets.delete(oldest.value)
  }

  return {
    take(rateClass, who) {
      const key = `${rateClass} ${who}`
      const { perMinute, burst } = overrides.get(key) ?? rates[rateClass]
      const atMs = nowMs()
      const bucket = buckets.get(key) ?? { tokens: burst, atMs }
      // A clock that was set back must not take tokens away.
      const passedMs = Math.max(0, atMs - bucket.atMs)
      bucket.tokens = Math.min(burst, bucket.tokens + (passedMs * perMinute) / 60_000)
      bucket.atMs = atMs
      if (!buckets.delete(key)) forget()
      buckets.set(key, bucket)
      if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) * 60) / perMinute)
      bucket.tokens -= 1
      return 0
    },
    override(rateClass, who, rate) {
      overrides.set(`${rateClass} ${who}`, rate)
      buckets.delete(`${rateClass} ${who}`)
    },
    get size() {
      return buckets.size
    },
  }
}
