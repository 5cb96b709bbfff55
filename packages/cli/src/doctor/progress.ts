import type { Host } from '../host.ts'

export interface Progress {
  begin(names: readonly string[]): void
  done(name: string): void
  end(): void
}

/** Says on stderr what is still awaited, once it takes long enough for a person to wonder. */
export function progressOf(host: Host, json: boolean, everyMs = 2_000): Progress {
  const awaited = new Set<string>()
  const talks = host.terminal.isInteractive && !json
  let timer: NodeJS.Timeout | undefined
  return {
    begin: (names) => {
      for (const name of names) awaited.add(name)
      if (!talks) return
      timer = setInterval(() => {
        host.err(`still examining: ${[...awaited].join(', ')}\n`)
      }, everyMs)
    },
    done: (name) => void awaited.delete(name),
    end: () => clearInterval(timer),
  }
}
