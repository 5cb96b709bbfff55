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
  let last: NodeJS.Immediate | undefined
  let hasPassed = false

  function clear(): void {
    clearTimeout(timer)
    clearImmediate(last)
  }

  function pass(): void {
    hasPassed = true
    fire()
  }

  return {
    set(ms) {
      clear()
      // Timers come before what is read: where this process got no turn, what the other end said in
      // time lies unread behind this one, and is read first.
      timer = setTimeout(() => {
        last = setImmediate(pass)
      }, ms)
      timer.unref()
    },
    clear,
    get hasPassed() {
      return hasPassed
    },
  }
}
