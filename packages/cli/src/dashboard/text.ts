// Text as the screen shows it: stretches with a tone, of a width that is known. A stretch is clean
// from the moment it is made: what a peer wrote cannot steer the terminal.
import type { Palette } from './palette.ts'

/** Words for meaning, not colours. */
export type Tone = 'plain' | 'title' | 'quiet' | 'good' | 'bad' | 'warn' | 'code' | 'chosen'

export interface Span {
  readonly text: string
  readonly tone: Tone
}

export type Line = readonly Span[]

export function span(text: string, tone: Tone = 'plain'): Span {
  return { text: clean(text), tone }
}

export function line(...parts: readonly (Span | string)[]): Line {
  return parts.map((part) => (typeof part === 'string' ? span(part) : part))
}

/** Nothing but what takes up room on a line; every other character is a `?`. */
export function clean(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text
  return text
    .normalize('NFC')
    .replaceAll(/\s/gu, ' ')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/\p{C}/gu, '?')
}

const scripts = ['Han', 'Hiragana', 'Katakana', 'Hangul'].map((name) => `\\p{Script=${name}}`)
const forms = '\\u3000-\\u303f\\uff01-\\uff60\\uffe0-\\uffe6'
const wide = new RegExp(`[\\p{Emoji_Presentation}${scripts.join('')}${forms}]`, 'u')

/** Columns that a clean text takes. */
export function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let columns = 0
  for (const character of text) columns += wide.test(character) ? 2 : 1
  return columns
}

export function columnsOfLine(spans: Line): number {
  return spans.reduce((sum, { text }) => sum + columnsOf(text), 0)
}

/** At most so many columns; a text that is longer ends in `…`. */
export function cutText(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  if (columns <= 0) return ''
  let taken = ''
  let width = 0
  for (const character of text) {
    width += columnsOf(character)
    if (width > columns - 1) break
    taken += character
  }
  return `${taken}…`
}

/** The beginning and the end of what is told apart by both. */
export function shorten(text: string, columns: number): string {
  if (text.length <= columns) return text
  const end = Math.floor((columns - 1) / 2)
  return `${text.slice(0, columns - 1 - end)}…${text.slice(text.length - end)}`
}

export function cut(spans: Line, columns: number): Line {
  if (columnsOfLine(spans) <= columns) return spans
  const taken: Span[] = []
  let room = columns
  for (const { text, tone } of spans) {
    const width = columnsOf(text)
    if (width < room) {
      taken.push({ text, tone })
      room -= width
      continue
    }
    // Something follows, or this is itself too long.
    taken.push({ text: `${cutText(text, room - 1).replace(/…$/, '')}…`, tone })
    break
  }
  return taken
}

/** One part at the left, one at the right; the left gives way. */
export function spread(left: Line, right: Line, columns: number): Line {
  const width = columnsOfLine(right)
  const room = columns - width - 1
  if (room < 8) return cut([...left, span(' '), ...right], columns)
  const kept = cut(left, room)
  return [...kept, span(' '.repeat(columns - width - columnsOfLine(kept))), ...right]
}

/** In lines of at most `columns`, broken between words, and within one that is longer. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  for (const word of clean(text).split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && columnsOf(last) + 1 + columnsOf(word) <= columns) {
      lines[lines.length - 1] = `${last} ${word}`
    } else lines.push(...broken(word, columns))
  }
  return lines
}

function broken(word: string, columns: number): readonly string[] {
  const parts = ['']
  let width = 0
  for (const character of word) {
    const own = columnsOf(character)
    if (width > 0 && width + own > columns) {
      parts.push('')
      width = 0
    }
    parts[parts.length - 1] += character
    width += own
  }
  return parts
}

/** For the terminal; without colours the text reads the same. */
export function painted(spans: Line, palette: Palette | null): string {
  return spans
    .map(({ text, tone }) => {
      if (palette === null || tone === 'plain' || text === '') return text
      return `\x1b[${palette[tone]}m${text}\x1b[0m`
    })
    .join('')
}
