// Which modules a child has, by the parent's own account of what it sent: the oldest go first, and
// the child is told to forget them. So neither has to ask the other.

export interface KnownModules {
  has(key: string): boolean
  /** Marks it as used now; returns those that had to go for it. */
  use(key: string, bytes: number): readonly string[]
}

export function createKnownModules(bytesMax: number, modulesMax: number): KnownModules {
  // A Map keeps the order of insertion: the first key is the one not used for longest.
  const sizes = new Map<string, number>()
  let total = 0

  function remove(key: string): void {
    total -= sizes.get(key) ?? 0
    sizes.delete(key)
  }

  return {
    has: (key) => sizes.has(key),
    use(key, bytes) {
      remove(key)
      const gone: string[] = []
      for (const oldest of sizes.keys()) {
        if (total + bytes <= bytesMax && sizes.size < modulesMax) break
        gone.push(oldest)
        remove(oldest)
      }
      sizes.set(key, bytes)
      total += bytes
      return gone
    },
  }
}
