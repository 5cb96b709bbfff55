import type { Context } from '../command.ts'
import { gauge } from '../plot/gauge.ts'
import { figure } from './bench-text.ts'
import type { Sample } from './measure.ts'

export interface ProgressBar {
  begin(name: string, unit: string, at: number): void
  note(sample: Sample): void
  /** Takes it away: the figures come in its place. */
  clear(): void
}

const barColumns = 24

/** One line on stderr, for who sits at a terminal. */
export function progressBar(
  { host, json }: Pick<Context, 'host' | 'json'>,
  { of, seconds }: { readonly of: number; readonly seconds: number },
): ProgressBar {
  if (json || !host.terminal.isInteractive) {
    return { begin: () => undefined, note: () => undefined, clear: () => undefined }
  }
  let now = { name: '', unit: '', at: 0 }
  const draw = (share: number, rest: string) => {
    const percent = (100 * (now.at + Math.min(1, share))) / of
    const text = `${gauge(percent, barColumns)} ${percent.toFixed(0).padStart(3)} %  ${rest}`
    host.err(`\r${text.slice(0, host.terminal.columns - 1)}\x1b[K`)
  }
  return {
    begin(name, unit, at) {
      now = { name, unit, at }
      draw(0, `${name}: warming up`)
    },
    note({ at_s, rate }) {
      draw(at_s / seconds, `${now.name}: ${figure(rate)} ${now.unit} a second`)
    },
    clear: () => host.err('\r\x1b[K'),
  }
}
