/** Things that happened, for a test to wait for instead of for time to pass. */
export interface Seen<Thing> {
  readonly all: readonly Thing[]
  add(thing: Thing): void
  /** Resolves once there are so many. */
  count(count: number): Promise<readonly Thing[]>
}

export function createSeen<Thing>(): Seen<Thing> {
  const all: Thing[] = []
  const waiting: { readonly count: number; resolve(): void }[] = []
  return {
    all,
    add(thing) {
      all.push(thing)
      for (const { count, resolve } of waiting) if (all.length >= count) resolve()
    },
    async count(count) {
      if (all.length < count) {
        await new Promise<void>((resolve) => waiting.push({ count, resolve }))
      }
      return all
    },
  }
}
