// Server-sent events as they come over the wire (WHATWG HTML, 9.2), as far as a coordinator uses
// them: fields in lines, an empty line after each event, comments as signs of life.

export interface StreamEvent {
  readonly id: string | null
  readonly data: string
}

/** An entry of the log in JSON, with room. */
const eventCharactersMax = 1_048_576

/** Events in order; `null` for a comment. Ends where the stream does, in the middle or not. */
export async function* readEvents(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<StreamEvent | null> {
  const decoder = new TextDecoder()
  let rest = ''
  let fields: string[] = []
  let length = 0
  for await (const chunk of bytes) {
    rest += decoder.decode(chunk, { stream: true })
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith(':')) yield null
      else if (line !== '') {
        fields.push(line)
        length += line.length
      } else {
        const event = eventOf(fields)
        fields = []
        length = 0
        if (event !== null) yield event
      }
    }
    // Of what is not an event yet: many may come in one piece.
    if (length + rest.length > eventCharactersMax) throw new RangeError('an event is too long')
  }
}

/** Null where there is no data: such an event is not dispatched. */
function eventOf(fields: readonly string[]): StreamEvent | null {
  let id: string | null = null
  const data: string[] = []
  for (const field of fields) {
    const at = field.indexOf(':')
    const name = at < 0 ? field : field.slice(0, at)
    const value = at < 0 ? '' : field.slice(at + 1).replace(/^ /, '')
    if (name === 'data') data.push(value)
    if (name === 'id') id = value
  }
  return data.length === 0 ? null : { id, data: data.join('\n') }
}
