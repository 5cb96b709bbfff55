// What was opened is closed in the opposite order, once, whatever fails on the way.

export interface Closing {
  /** Remembers how something is closed; gives it back. */
  add<Thing>(thing: Thing, close: (thing: Thing) => unknown): Thing
  /** Resolves when all is closed; fails with the first failure, after all was tried. */
  close(): Promise<void>
}

export function createClosing(): Closing {
  const closers: (() => unknown)[] = []
  let closed: Promise<void> | null = null

  async function closeAll(): Promise<void> {
    const failures: unknown[] = []
    for (const close of closers.reverse()) {
      try {
        await close()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }

  return {
    add(thing, close) {
      closers.push(() => close(thing))
      return thing
    },
    close() {
      closed ??= closeAll()
      return closed
    },
  }
}
