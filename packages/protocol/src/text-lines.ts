import { type Outcome, pass, refuse } from './outcome.ts'

/** The one of every engine, Node and browser alike: the types of the language leave it out. */
declare const TextDecoder: new (
  label: 'utf-8',
  options: { readonly fatal: true; readonly ignoreBOM: true },
) => { decode(bytes: Uint8Array): string }

const NEWLINE = 0x0a

/**
 * The lines of a text as its bytes come in, without their ends, never holding more than one of
 * them. A refusal, after which nothing follows: a line over the bound, or bytes that are not UTF-8.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  bytesMax: number,
): AsyncGenerator<Outcome<string>> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  /** The beginning of a line whose end has not come. */
  let parts: Uint8Array[] = []
  let length = 0

  function take(part: Uint8Array): Outcome<string> {
    const whole = new Uint8Array(length + part.length)
    let at = 0
    for (const each of [...parts, part]) {
      whole.set(each, at)
      at += each.length
    }
    parts = []
    length = 0
    try {
      return pass(decoder.decode(whole))
    } catch {
      return refuse('INVALID', 'a line that is not UTF-8')
    }
  }

  for await (const chunk of chunks) {
    let from = 0
    for (;;) {
      const end = chunk.indexOf(NEWLINE, from)
      const part = chunk.subarray(from, end < 0 ? chunk.length : end)
      if (length + part.length > bytesMax) {
        yield refuse('TOO_LARGE', `a line of more than ${bytesMax} bytes`)
        return
      }
      if (end < 0) {
        if (part.length > 0) parts.push(part)
        length += part.length
        break
      }
      const line = take(part)
      yield line
      if (!line.ok) return
      from = end + 1
    }
  }
  if (length > 0) yield take(new Uint8Array())
}
