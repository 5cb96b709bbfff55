// Processor time of this thread: what else the machine does, and V8's compiler threads, are not in
// it.

const never = new Int32Array(new SharedArrayBuffer(4))

/** What a call made, and the milliseconds it took. */
export function cpuMs<T>(work: () => T): [made: T, ms: number] {
  const before = spentMs()
  const made = work()
  return [made, spentMs() - before]
}

/** Linux brings the account of a thread up to date when it stops running; so it stops. */
function spentMs(): number {
  Atomics.wait(never, 0, 0, 0.01)
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
