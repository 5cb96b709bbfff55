// How far a run has come, told now and then. A short run tells nothing: its end says all.
import type { Progress as ProgressMessage } from '@vcp/protocol'

export type Phase = ProgressMessage['phase']

export interface Progress {
  readonly phase: Phase
  readonly percent: number | null
  readonly gas: number | null
}

const everyMs = 1_000

/** What is noted is told when enough time has gone since the start, or since the last time. */
export function createProgress(
  nowMs: () => number,
  tell: (progress: Progress) => void,
): (progress: Progress) => void {
  let toldAtMs = nowMs()
  return (progress) => {
    if (nowMs() - toldAtMs < everyMs) return
    toldAtMs = nowMs()
    tell(progress)
  }
}
