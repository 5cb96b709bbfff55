// One line on stderr that says how far a task is, written over itself while somebody watches.
import type { Setback, TaskProgress } from '@vcp/client'
import { isEnded } from '@vcp/protocol'
import type { Context } from '../command.ts'

export interface ProgressLine {
  task(progress: TaskProgress): void
  uploading(bytes: number, of: number): void
  say(text: string): void
  /** Leaves the line empty. */
  end(): void
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const frameMs = 100
const clear = '\r\x1b[2K'

export function progressLine({ host, json }: Context): ProgressLine {
  if (json || !host.terminal.isInteractive) return silent
  const beganMs = host.nowMs()
  let text = ''
  let frame = 0
  const draw = () => {
    const seconds = ((host.nowMs() - beganMs) / 1_000).toFixed(1)
    const line = `${frames[frame % frames.length]} ${text} · ${seconds} s`
    host.err(`${clear}${line.slice(0, host.terminal.columns - 1)}`)
  }
  const timer = setInterval(() => {
    frame += 1
    draw()
  }, frameMs)
  timer.unref()
  const say = (said: string) => {
    text = said
    draw()
  }
  return {
    say,
    task: (progress) => say(describe(progress)),
    uploading: (bytes, of) => say(`sending ${megabytes(bytes)} of ${megabytes(of)} MB`),
    end() {
      clearInterval(timer)
      host.err(clear)
    },
  }
}

const silent: ProgressLine = {
  task: () => undefined,
  uploading: () => undefined,
  say: () => undefined,
  end: () => undefined,
}

/** `running on 12D3…4mXq · 1 committed`. */
export function describe({
  status,
  reason,
  nodes,
  setback,
  committed,
  revealed,
  level,
}: TaskProgress): string {
  const words = [nodes.length === 0 ? status : `${status} on ${nodes.map(short).join(', ')}`]
  if (status === 'pending' && reason !== null) words.push(reason)
  if (setback !== null && !isEnded(status)) words.push(setbackText(setback))
  if (committed > 0) words.push(`${committed} committed`)
  if (revealed > 0) words.push(`${revealed} revealed`)
  if (level !== null) words.push(level)
  return words.join(' · ')
}

function setbackText({ peerId, kind, code, reason }: Setback): string {
  const why = [code?.replaceAll('_', ' '), reason].filter((each) => each != null)
  return `${short(peerId)} ${kind}${why.length === 0 ? '' : `: ${why.join(', ')}`}`
}

/** The keys of all nodes begin alike. */
function short(peerId: string): string {
  return `${peerId.slice(0, 4)}…${peerId.slice(-4)}`
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1)
}
