// How long nobody has used keyboard or screen, where the system keeps account of it. Asking starts
// a process, so it is asked seldom.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Null where the system does not tell. */
export function readIdleSeconds(nowMs: number): Promise<number | null> {
  if (process.platform === 'darwin') {
    return answerOf('ioreg', ['-c', 'IOHIDSystem', '-d', '4'], idleOfMac)
  }
  // Without logind there is nobody to ask.
  if (process.platform !== 'linux' || !existsSync('/run/systemd/seats')) {
    return Promise.resolve(null)
  }
  const properties = ['--property=IdleHint', '--property=IdleSinceHint']
  return answerOf('loginctl', ['show-session', ...properties], (text) => idleOfLinux(text, nowMs))
}

/**
 * What logind says of all sessions together: `IdleHint=yes` and `IdleSinceHint=` microseconds since
 * 1970. Without a session it says yes, since zero: that is nobody's idle time.
 */
export function idleOfLinux(text: string, nowMs: number): number | null {
  const hint = /^IdleHint=(yes|no)$/m.exec(text)?.[1]
  if (hint !== 'yes') return hint === 'no' ? 0 : null
  const sinceMs = Number(/^IdleSinceHint=(\d+)$/m.exec(text)?.[1] ?? 0) / 1_000
  return sinceMs === 0 ? null : Math.max(0, Math.floor((nowMs - sinceMs) / 1_000))
}

/** `"HIDIdleTime" = 1234567890`, in nanoseconds. */
export function idleOfMac(text: string): number | null {
  const nanoseconds = /"HIDIdleTime" = (\d+)/.exec(text)?.[1]
  return nanoseconds === undefined ? null : Math.floor(Number(nanoseconds) / 1e9)
}

const answerMsMax = 2_000

function answerOf(
  tool: string,
  args: readonly string[],
  read: (text: string) => number | null,
): Promise<number | null> {
  const env = { PATH: process.env['PATH'], LC_ALL: 'C' }
  return new Promise((resolve) => {
    execFile(tool, args, { env, timeout: answerMsMax }, (error, stdout) => {
      resolve(error === null ? read(stdout) : null)
    })
  })
}
