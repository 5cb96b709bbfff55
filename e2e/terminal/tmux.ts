// A terminal that a test types into and looks at, by tmux.
import { execFileSync, spawnSync } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'

export const hasTmux = spawnSync('tmux', ['-V']).status === 0

export interface TmuxTerminal {
  /** What stands on it now, without the spaces at the ends of lines. */
  screen(): string
  /** Keys as tmux names them: `q`, `Enter`, `C-c`. */
  press(...keys: readonly string[]): void
  resize(columns: number, rows: number): void
  /** Waits until something stands on it; fails with what does, after a long while. */
  until(words: string | RegExp): Promise<string>
  close(): void
}

const patienceMs = 90_000

/** A shell on a server of its own, so that nobody's other terminals are touched. */
export function openTmux(name: string, columns: number, rows: number): TmuxTerminal {
  const socket = `vcp-e2e-${process.pid}-${name}`
  const tmux = (...argv: readonly string[]) =>
    execFileSync('tmux', ['-L', socket, '-f', '/dev/null', ...argv], {
      encoding: 'utf8',
      // Colours say nothing to a test, and another locale could not show the bars.
      env: { ...process.env, LC_ALL: 'C.UTF-8', NO_COLOR: '1', TERM: 'xterm-256color' },
    })
  const size = ['-x', String(columns), '-y', String(rows)]
  tmux('-u', 'new-session', '-d', '-s', name, ...size, 'sh')
  tmux('set-option', '-g', 'window-size', 'manual')
  const screen = () => tmux('capture-pane', '-p', '-t', name)
  return {
    screen,
    press: (...keys) => void tmux('send-keys', '-t', name, ...keys),
    resize(width, height) {
      tmux('resize-window', '-t', name, '-x', String(width), '-y', String(height))
    },
    async until(words) {
      const beganMs = performance.now()
      for (;;) {
        const shown = screen()
        if (typeof words === 'string' ? shown.includes(words) : words.test(shown)) return shown
        if (performance.now() - beganMs > patienceMs) {
          throw new Error(`${words} never stood on the screen, but this:\n${shown}`)
        }
        await pause(100)
      }
    },
    close: () => void tmux('kill-server'),
  }
}
