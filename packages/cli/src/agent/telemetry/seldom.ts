/**
 * A reader that asks at most so often and gives what it heard last meanwhile; null before the first
 * answer, and where there is none. Nobody waits for a slow answer but at the first time.
 */
export function seldom<T>(
  everyMs: number,
  nowMs: () => number,
  ask: () => Promise<T | null>,
): () => Promise<T | null> {
  let last: T | null = null
  let askedAtMs = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | null = null

  async function askAgain(): Promise<void> {
    try {
      last = await ask()
    } catch {
      last = null // a tool that fails has told nothing
    }
    asking = null
  }

  return async () => {
    const isFirst = askedAtMs === Number.NEGATIVE_INFINITY
    if (asking === null && nowMs() - askedAtMs >= everyMs) {
      askedAtMs = nowMs()
      asking = askAgain()
    }
    if (isFirst || everyMs === 0) await asking
    return last
  }
}
