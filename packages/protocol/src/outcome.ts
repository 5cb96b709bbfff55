import type { ErrorCode } from './errors.ts'

/** What a check says no with: a value, never thrown. `reason` holds the particulars for people. */
export interface Refusal {
  readonly ok: false
  readonly code: ErrorCode
  readonly reason: string
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | Refusal

export function pass<T>(value: T): Outcome<T> {
  return { ok: true, value }
}

export function refuse(code: ErrorCode, reason: string): Refusal {
  return { ok: false, code, reason }
}
