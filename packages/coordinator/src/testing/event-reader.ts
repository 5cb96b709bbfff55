// Reads server-sent events as they come.
export interface SentEvent {
  readonly id: number
  readonly event: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface EventReader {
  readonly status: number
  readonly headers: Headers
  /** The next block: an event, or the text of a comment; null at the end. */
  next(): Promise<SentEvent | string | null>
  /** The next event, whatever signs of life come before it. */
  nextEvent(): Promise<SentEvent>
  close(): Promise<void>
}

export async function readEvents(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<EventReader> {
  const abort = new AbortController()
  const response = await fetch(url, { headers, signal: abort.signal })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''

  async function next(): Promise<SentEvent | string | null> {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end >= 0) {
        const block = text.slice(0, end)
        text = text.slice(end + 2)
        return parse(block)
      }
      const { done, value } = await reader.read()
      if (done) return null
      text += value
    }
  }

  return {
    status: response.status,
    headers: response.headers,
    next,
    async nextEvent() {
      for (;;) {
        const block = await next()
        if (block === null) throw new Error('the stream ended')
        if (typeof block !== 'string') return block
      }
    },
    async close() {
      abort.abort()
      await reader.cancel().catch(() => null)
    },
  }
}

function parse(block: string): SentEvent | string {
  const lines = block.split('\n').map((line) => /^(\w*): ?(.*)$/.exec(line))
  const fields = Object.fromEntries(lines.map((found) => [found?.[1] ?? '', found?.[2] ?? '']))
  if (fields['data'] === undefined) return fields[''] ?? ''
  return {
    id: Number(fields['id']),
    event: fields['event'] ?? '',
    data: JSON.parse(fields['data']) as Record<string, unknown>,
  }
}
