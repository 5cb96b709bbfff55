// Splits TypeScript into what is code and what is not, without a parser: TypeScript 7 offers none
// to programs. A rule that looks for `Date.now` must not find it in a comment or a string.

/** A stretch of the text: from `start` up to `end`. */
export interface Stretch {
  readonly start: number
  readonly end: number
}

export interface Scan {
  /** The text with comments, strings and patterns blanked; offsets and lines stay as they were. */
  readonly code: string
  readonly comments: readonly Stretch[]
  /** What stands in each string, by the offset of its opening quote (a template: up to `${`). */
  readonly strings: ReadonlyMap<number, string>
}

export function scan(text: string): Scan {
  const state: State = {
    text,
    at: 0,
    last: '',
    code: [],
    comments: [],
    strings: new Map(),
    open: [],
  }
  if (text.startsWith('#!')) takeComment(state, lineEnd(text, 0))
  while (state.at < text.length) step(state)
  return { code: state.code.join(''), comments: state.comments, strings: state.strings }
}

interface State {
  readonly text: string
  at: number
  /** The last word or sign of code: it decides whether a `/` divides or opens a pattern. */
  last: string
  readonly code: string[]
  readonly comments: Stretch[]
  readonly strings: Map<number, string>
  /** For every `${` that is open, how many `{` are open inside it. */
  readonly open: number[]
}

const WORD = /[\p{ID_Start}$_#@][\p{ID_Continue}$]*|\d[\w.]*/uy
const SPACE = /\s+/y
const PATTERN_AFTER = new Set([
  ...['', '(', ',', '=', ':', '[', '!', '&', '|', '?', '{', '}', ';', '+', '-', '*', '%', '^', '~'],
  ...['>', 'return', 'typeof', 'case', 'in', 'of', 'delete', 'void', 'throw', 'new', 'else', 'do'],
  ...['await', 'yield', 'instanceof'],
])

function step(state: State): void {
  const { text, at } = state
  const sign = text[at]!
  const next = text[at + 1]
  if (sign === '/' && next === '/') takeComment(state, lineEnd(text, at))
  else if (sign === '/' && next === '*') takeComment(state, blockEnd(text, at))
  else if (sign === "'" || sign === '"') takeString(state, sign)
  else if (sign === '`') takeTemplate(state)
  else if (sign === '}' && state.open.at(-1) === 0) {
    state.open.pop()
    takeTemplate(state)
  } else if (sign === '/' && next !== '>' && PATTERN_AFTER.has(state.last)) takePattern(state)
  else takeCode(state, sign)
}

function takeCode(state: State, sign: string): void {
  const { text, at, open } = state
  const space = matchAt(SPACE, text, at)
  if (space !== '') {
    state.code.push(space)
    state.at += space.length
    return
  }
  if (open.length > 0 && sign === '{') open[open.length - 1]! += 1
  if (open.length > 0 && sign === '}') open[open.length - 1]! -= 1
  const piece = matchAt(WORD, text, at) || sign
  state.code.push(piece)
  state.last = piece
  state.at += piece.length
}

function takeComment(state: State, end: number): void {
  state.comments.push({ start: state.at, end })
  blank(state, end)
}

function takeString(state: State, quote: string): void {
  const start = state.at
  let end = start + 1
  while (end < state.text.length && state.text[end] !== quote && state.text[end] !== '\n') {
    end += state.text[end] === '\\' ? 2 : 1
  }
  end = Math.min(end, state.text.length)
  state.strings.set(start, state.text.slice(start + 1, end))
  keep(state, start + 1)
  blank(state, end)
  if (state.text[end] === quote) keep(state, end + 1)
  state.last = quote
}

/** A template from its back quote, or from the `}` that ends a hole, to its end or next hole. */
function takeTemplate(state: State): void {
  const { text, at: start } = state
  let end = start + 1
  while (end < text.length && text[end] !== '`' && !text.startsWith('${', end)) {
    end += text[end] === '\\' ? 2 : 1
  }
  end = Math.min(end, text.length)
  if (text[start] === '`') state.strings.set(start, text.slice(start + 1, end))
  keep(state, start + 1)
  blank(state, end)
  if (text[end] === '`') keep(state, end + 1)
  if (text.startsWith('${', end)) {
    state.open.push(0)
    keep(state, end + 2)
  }
  state.last = text[end] === '`' ? '`' : '{'
}

function takePattern(state: State): void {
  const { text } = state
  let end = state.at + 1
  let inClass = false
  while (end < text.length && text[end] !== '\n' && (inClass || text[end] !== '/')) {
    if (text[end] === '[') inClass = true
    if (text[end] === ']') inClass = false
    end += text[end] === '\\' ? 2 : 1
  }
  end = Math.min(end, text.length)
  keep(state, state.at + 1)
  blank(state, end)
  if (text[end] === '/') keep(state, end + 1)
  state.last = ')'
}

function keep(state: State, end: number): void {
  state.code.push(state.text.slice(state.at, end))
  state.at = end
}

function blank(state: State, end: number): void {
  state.code.push(state.text.slice(state.at, end).replace(/[^\n]/g, ' '))
  state.at = end
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}

function blockEnd(text: string, from: number): number {
  const end = text.indexOf('*/', from + 2)
  return end === -1 ? text.length : end + 2
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}
