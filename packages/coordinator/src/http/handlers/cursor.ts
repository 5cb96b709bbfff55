// Cursors are ours to read and nobody's to make: the text says nothing to who holds it, and one
// that we did not write is refused, not guessed at.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { Page, PageAsked } from '../ports.ts'

const form = /^[\w:.-]{1,180}$/

export function readCursor({
  limit,
  cursor,
}: {
  readonly limit: number
  readonly cursor?: string | undefined
}): Outcome<PageAsked> {
  if (cursor === undefined) return pass({ after: null, limit })
  const after = Buffer.from(cursor, 'base64url').toString('latin1')
  if (form.test(after) && writeCursor(after) === cursor) return pass({ after, limit })
  return refuse('INVALID', 'query: cursor: not one that a list of ours ended with')
}

export function writeCursor(after: string): string {
  return Buffer.from(after, 'latin1').toString('base64url')
}

export function nextCursor({ next }: Page<unknown>): string | null {
  return next === null ? null : writeCursor(next)
}
