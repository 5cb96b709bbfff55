import type { VcpError } from '@vcp/protocol'
import type { Context } from '../command.ts'

export interface ProgressBar {
  /** So many tasks are known of; more may come. */
  found(tasks: number): void
  ended(tasks: number, failed: number): void
  waits(error: VcpError, ms: number): void
  end(): void
}

const everyMs = 100
const width = 30
const clear = '\r\x1b[2K'

/** A bar on stderr, to a person who waits for many tasks. */
export function progressBar({ host, json }: Context): ProgressBar {
  const isShown = !json && host.terminal.isInteractive
  const beganMs = host.nowMs()
  const counts = { of: 0, done: 0, failed: 0 }
  let drawnAtMs = Number.NEGATIVE_INFINITY
  function draw(note = ''): void {
    const nowMs = host.nowMs()
    if (!isShown || (note === '' && nowMs - drawnAtMs < everyMs)) return
    drawnAtMs = nowMs
    const { of, done, failed } = counts
    const full = of === 0 ? 0 : Math.round((width * done) / of)
    const bar = '█'.repeat(full) + '░'.repeat(width - full)
    const rate = (done / Math.max(0.001, (nowMs - beganMs) / 1_000)).toFixed(0)
    const bad = failed === 0 ? '' : `, ${failed} failed`
    const line = `${bar} ${done} of ${of}${bad} · ${rate}/s${note}`
    host.err(`${clear}${line.slice(0, host.terminal.columns - 1)}`)
  }
  return {
    found(tasks) {
      counts.of = tasks
      draw()
    },
    ended(done, failed) {
      Object.assign(counts, { done, failed })
      draw()
    },
    waits: (_, ms) => draw(` · the coordinator asks for ${(ms / 1_000).toFixed(0)} s`),
    end() {
      if (isShown) host.err(clear)
    },
  }
}
