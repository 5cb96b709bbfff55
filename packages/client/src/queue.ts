/** What is put in by one and taken out by another, in order. It grows as far as it is filled. */
export interface Queue<T> {
  put(item: T): void
  /** No more will come; what is in it can still be taken. */
  end(): void
  /** As `end`, and the failure comes after what is in it. */
  fail(error: unknown): void
  take(): AsyncIterable<T>
}

export function createQueue<T>(): Queue<T> {
  const items: T[] = []
  let end: { readonly error: unknown } | 'ended' | null = null
  let wake = () => {}

  async function* take(): AsyncGenerator<T> {
    for (;;) {
      while (items.length > 0) yield items.shift() as T
      if (end === 'ended') return
      if (end !== null) throw end.error
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }

  return {
    put(item) {
      if (end === null) items.push(item)
      wake()
    },
    end() {
      end ??= 'ended'
      wake()
    },
    fail(error) {
      end ??= { error }
      wake()
    },
    take,
  }
}
