// Numbers with units. Money is counted in millionths of a credit and, like every count, is a whole
// number below 2^53, so that adding is exact and JSON and CBOR agree.
import * as z from 'zod'

/** Milliseconds since 1970, up to the last day that a `Date` can name. */
export const AtMs = z.int().min(0).max(8_640_000_000_000_000)

export const Count = z.int().min(0)

/** Millionths of a credit. */
export const AmountMicro = z.int().min(0)

export const Percent = z.number().min(0).max(100)

/** A moment for people, in HTTP answers: RFC 3339, UTC, milliseconds. */
export const Moment = z
  .string()
  .length(24)
  .pipe(z.iso.datetime({ precision: 3 }))

export function momentOf(atMs: number): string {
  if (atMs !== newest.atMs) newest = { atMs, moment: new Date(atMs).toISOString() }
  return newest.moment
}

/** A thousand tasks that come in one millisecond have one moment. */
let newest = { atMs: 0, moment: new Date(0).toISOString() }
