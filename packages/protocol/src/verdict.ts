import type { ErrorCode } from './errors.ts'

/**
 * What becomes of a gossip message. Accept: deliver and forward. Ignore: drop it, think no worse of
 * whoever sent it, because our own view may be the stale one. Reject: drop it and count it against
 * the sender, on the message's own evidence.
 */
export type Verdict =
  | { readonly verdict: 'accept' }
  | { readonly verdict: 'ignore' | 'reject'; readonly code: ErrorCode; readonly reason: string }

export const accept: Verdict = { verdict: 'accept' }

export function ignore(code: ErrorCode, reason: string): Verdict {
  return { verdict: 'ignore', code, reason }
}

export function reject(code: ErrorCode, reason: string): Verdict {
  return { verdict: 'reject', code, reason }
}
