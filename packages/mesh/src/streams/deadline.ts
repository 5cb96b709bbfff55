/**
 * One timer that is set anew for each phase of something; `fire` runs when a phase takes too long.
 */
export interface Deadline {
  set(ms: number): void
  clear(): void
  readonly hasPassed: boolean
}

export function createDeadline(fire: () => void): Deadline {
  let timer: NodeJS.Timeout | undefined
  let hasPassed = false
  return {
    set(ms) {
      clearTimeout(timer)
      timer = setTimeout(() => {
        hasPassed = true
        fire()
      }, ms)
      timer.unref()
    },
    clear: () => clearTimeout(timer),
    get hasPassed() {
      return hasPassed
    },
  }
}
