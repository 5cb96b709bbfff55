// A value that changes, and who wants to know.
import { useEffect, useState } from 'preact/hooks'

export interface Store<Value> {
  readonly value: Value
  set(value: Value): void
  /** Calls back after each change until what it returns is called. */
  listen(tell: () => void): () => void
}

export function createStore<Value>(initial: Value): Store<Value> {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    get value() {
      return value
    },
    set(next) {
      if (Object.is(next, value)) return
      value = next
      for (const tell of [...listeners]) tell()
    },
    listen(tell) {
      listeners.add(tell)
      return () => void listeners.delete(tell)
    },
  }
}

/** The value as it is; the component is shown anew when it changes. */
export function useStore<Value>(store: Store<Value>): Value {
  const [value, setValue] = useState(store.value)
  useEffect(() => {
    setValue(() => store.value)
    return store.listen(() => setValue(() => store.value))
  }, [store])
  return value
}
