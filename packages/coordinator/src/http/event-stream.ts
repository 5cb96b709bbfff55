// Server-sent events (WHATWG HTML, 9.2). Who reads is never ahead of what it has read: the next
// page is fetched when the last one has gone out, so that a slow reader costs one page of memory
// and, in the end, its connection.
import type { FeedEvent } from './ports.ts'
import type { Told } from './streams.ts'

/** Events as they go over the wire, a page in one piece; comments are signs of life. */
export async function* eventStream(events: AsyncIterable<Told>): AsyncGenerator<string> {
  // At once, so that who connects knows that it is connected; then how soon to come back.
  yield ': connected\nretry: 2000\n\n'
  for await (const told of events) {
    yield told === 'still-here' ? ': still here\n\n' : told.map(textOf).join('')
  }
}

/** JSON has no line breaks of its own, and a break is all that could end a field early. */
function textOf({ index, type, data }: FeedEvent): string {
  return `id: ${index}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`
}

/** Where to go on: `after`, or the header with which browsers come back. Null: from now on. */
export function resumeFrom(
  after: number | undefined,
  lastEventId: string | string[] | undefined,
): number | null {
  if (typeof lastEventId === 'string' && /^\d{1,15}$/.test(lastEventId)) return Number(lastEventId)
  return after ?? null
}
