// So much work in one turn of the event loop. A thousand requests that arrive together would else
// all be worked on before the first of them is on disk and answered, and nobody else is heard.

export interface Pace {
  /** Null: go on at once. Otherwise it resolves in a turn with room; first come, first served. */
  take(weight: number): Promise<void> | null
}

export interface PaceOptions {
  /** What is begun in one turn; the last may go beyond it. */
  readonly perTurn: number
  /** Calls back in the next turn. */
  soon(work: () => void): void
}

export function createPace({ perTurn, soon }: PaceOptions): Pace {
  let waiting: { readonly weight: number; readonly go: () => void }[] = []
  let left = perTurn
  let isScheduled = false

  function schedule(): void {
    if (isScheduled) return
    isScheduled = true
    soon(turn)
  }

  function turn(): void {
    isScheduled = false
    left = perTurn
    let begun = 0
    for (const { weight, go } of waiting) {
      if (left <= 0) break
      left -= weight
      begun += 1
      go()
    }
    waiting = waiting.slice(begun)
    if (waiting.length > 0) schedule()
  }

  return {
    take(weight) {
      schedule()
      if (waiting.length === 0 && left > 0) {
        left -= weight
        return null
      }
      return new Promise((go) => waiting.push({ weight, go }))
    },
  }
}
