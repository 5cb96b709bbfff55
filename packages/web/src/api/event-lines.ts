// Server-sent events as they come over the wire (WHATWG HTML, 9.2). The browser's own EventSource
// cannot say who asks.

export interface StreamEvent {
  readonly id: string | null
  readonly data: string
}

/** An entry of the log in JSON, with room. */
const eventCharactersMax = 1_048_576

/** Takes text as it comes; gives the events that are complete, `null` for a sign of life. */
export function createEventReader(): (chunk: string) => (StreamEvent | null)[] {
  let rest = ''
  let id: string | null = null
  let data: string[] = []
  return (chunk) => {
    const found: (StreamEvent | null)[] = []
    rest += chunk
    if (rest.length > eventCharactersMax) throw new RangeError('an event is too long')
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith(':')) found.push(null)
      else if (line.startsWith('id: ')) id = line.slice(4)
      else if (line.startsWith('data: ')) data.push(line.slice(6))
      else if (line === '') {
        if (data.length > 0) found.push({ id, data: data.join('\n') })
        data = []
      }
    }
    return found
  }
}
