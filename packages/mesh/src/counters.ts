// What was dropped, refused or cut, by what it was and why. Counting is all that happens to hostile
// traffic besides its peer's conduct: a log line for each would be the next attack.

/** `gossip.reject.SIGNATURE_INVALID` and the like, with how often. */
export type Counts = Readonly<Record<string, number>>

export interface Counters {
  count(name: string): void
  read(): Counts
}

export function createCounters(): Counters {
  const counts = new Map<string, number>()
  return {
    count: (name) => void counts.set(name, (counts.get(name) ?? 0) + 1),
    read: () => Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1))),
  }
}
