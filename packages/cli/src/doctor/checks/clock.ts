import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { limits } from '@vcp/protocol'
import type { CoordinatorAnswer } from '../ask-coordinator.ts'
import { bad, type Check, ok, unknown } from '../check.ts'

/** The year in which this version was made: no clock that is right shows an earlier one. */
export const builtYear = 2026

export const clock: Check = {
  name: 'clock',
  about: 'the clock, which signed messages and leases go by',
  async run(examination) {
    const { platform, askCoordinator, nowMs } = examination
    const now = new Date(nowMs())
    const synchronised = platform === 'linux' ? await isSynchronised() : null
    const figures = { now: now.toISOString(), ntp_synchronised: synchronised }
    if (now.getUTCFullYear() < builtYear) {
      return bad(`the clock shows ${now.toISOString()}, before vcp was made`, setIt, figures)
    }
    const skew = skewOf(await askCoordinator())
    if (skew === null) {
      const hint = synchronised === true ? 'Nothing, unless the system is wrong.' : setIt
      return unknown(
        `no coordinator gives a time to compare with; ${told(synchronised)}`,
        hint,
        figures,
      )
    }
    const { ms, uncertaintyMs } = skew
    const more = { ...figures, skew_ms: ms, uncertainty_ms: uncertaintyMs }
    const limitMs = limits.messageClockSkewMs
    const direction = ms > 0 ? 'ahead of' : 'behind'
    const amount = `${(Math.abs(ms) / 1000).toFixed(1)} s (± ${(uncertaintyMs / 1000).toFixed(1)})`
    if (Math.abs(ms) - uncertaintyMs > limitMs) {
      const allowed = `${limitMs / 1000} s are allowed`
      const summary = `the clock is ${amount} ${direction} the coordinator's; ${allowed}`
      return bad(summary, setIt, more)
    }
    return ok(`the clock agrees with the coordinator's: ${amount}`, more)
  },
}

const setIt =
  'Switch on time synchronisation (`timedatectl set-ntp true`, or the settings of your system).'

function told(synchronised: boolean | null): string {
  if (synchronised === null) return 'whether it is synchronised cannot be read'
  return `the system says it is ${synchronised ? '' : 'not '}synchronised`
}

/** How far our clock is ahead. The header counts whole seconds, and came half the way later. */
function skewOf(
  answer: CoordinatorAnswer,
): { readonly ms: number; readonly uncertaintyMs: number } | null {
  if (answer.kind === 'silent' || answer.dateMs === null) return null
  return {
    ms: Math.round(answer.midwayMs - (answer.dateMs + 500)),
    uncertaintyMs: Math.round(500 + answer.roundTripMs / 2),
  }
}

/** What systemd knows; null where it is not there to ask. */
async function isSynchronised(): Promise<boolean | null> {
  if (existsSync('/run/systemd/timesync/synchronized')) return true
  const question = ['show', '--property=NTPSynchronized', '--value']
  const answer = await new Promise<string | null>((resolve) => {
    execFile('timedatectl', question, { timeout: 2_000 }, (error, stdout) => {
      resolve(error === null ? stdout.trim() : null)
    })
  })
  if (answer === 'yes') return true
  return answer === 'no' ? false : null
}
