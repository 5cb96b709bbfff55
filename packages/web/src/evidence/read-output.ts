// Bytes as people can read them: JSON, text, or hexadecimal. Never more than a page of it.

export interface ReadOutput {
  readonly kind: 'json' | 'text' | 'bytes'
  readonly text: string
  /** Whether there is more than is shown. */
  readonly isCut: boolean
}

const charactersMax = 20_000
const hexBytesMax = 1_024

export function readOutput(output: Uint8Array): ReadOutput {
  const text = textOf(output)
  if (text === null) return hexOf(output)
  try {
    return cut('json', JSON.stringify(JSON.parse(text), null, 2))
  } catch {
    return cut('text', text)
  }
}

/** Null where it is no text: bytes that are not UTF-8, or signs that no text has. */
function textOf(output: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(output)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what tells bytes from text
    return /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text) ? null : text
  } catch {
    return null
  }
}

function hexOf(output: Uint8Array): ReadOutput {
  const lines: string[] = []
  for (let at = 0; at < Math.min(output.length, hexBytesMax); at += 16) {
    const row = [...output.subarray(at, at + 16)].map((each) => each.toString(16).padStart(2, '0'))
    lines.push(`${at.toString(16).padStart(6, '0')}  ${row.join(' ')}`)
  }
  return { kind: 'bytes', text: lines.join('\n'), isCut: output.length > hexBytesMax }
}

function cut(kind: 'json' | 'text', text: string): ReadOutput {
  return { kind, text: text.slice(0, charactersMax), isCut: text.length > charactersMax }
}
