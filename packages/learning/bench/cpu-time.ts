// Processor time of this thread: what else the machine does is not in it.

const never = new Int32Array(new SharedArrayBuffer(4))

/** What a call made, and the milliseconds it took. */
export function cpuMs<T>(work: () => T): [made: T, ms: number] {
  const before = spentMs()
  const made = work()
  return [made, spentMs() - before]
}

/** Milliseconds so far. Linux counts up what a thread took when it stops running; so it stops. */
export function spentMs(): number {
  Atomics.wait(never, 0, 0, 0.01)
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
