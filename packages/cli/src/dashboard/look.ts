// Where somebody is in a dashboard, and what each key makes of that. Pure: the keys come in, a new
// place and wishes come out.
import { refuse } from '@vcp/protocol'
import type { Pane, Subject, Verb } from './pane.ts'
import type { TableRow } from './table.ts'

/** A character, or one of these. */
export type Key =
  | '<up>'
  | '<down>'
  | '<left>'
  | '<right>'
  | '<enter>'
  | '<escape>'
  | '<tab>'
  | '<backtab>'
  | '<pageup>'
  | '<pagedown>'
  | '<home>'
  | '<end>'
  | '<backspace>'
  | '<ctrl-c>'
  | '<ctrl-u>'
  | (string & {})

export interface Notice {
  readonly text: string
  readonly isBad: boolean
}

export interface Look {
  /** The name of a pane. */
  readonly pane: string
  /** By pane: the row that is chosen. */
  readonly chosen: Readonly<Record<string, string>>
  readonly filters: Readonly<Record<string, string>>
  /** The row that is gone into; null: the list of them is shown. */
  readonly opened: string | null
  readonly isHelp: boolean
  /** Lines above the first that is shown, of what is longer than the screen. */
  readonly scroll: number
  readonly typing: { readonly kind: 'command' | 'filter'; readonly text: string } | null
  /** Stands until the next key. */
  readonly notice: Notice | null
  /** Where one was before the logs of a thing. */
  readonly before: { readonly pane: string; readonly opened: string | null } | null
}

export type Wish<Command> =
  | { readonly wish: 'leave'; readonly isInterrupted: boolean }
  | { readonly wish: 'command'; readonly command: Command }

export interface Pressed<Command> {
  readonly look: Look
  readonly wish: Wish<Command> | null
}

export interface Place<Facts, Command> {
  readonly subject: Subject<Facts, Command>
  readonly facts: Facts
  /** Rows that fit on the screen: how far a page goes. */
  readonly page: number
  /** Lines of what is longer than the screen that are out of sight. */
  readonly scrollMax: number
  readonly isReadonly: boolean
}

export function firstLook<Facts, Command>({ panes }: Subject<Facts, Command>): Look {
  return {
    pane: panes[0]?.words[0] ?? '',
    chosen: {},
    filters: {},
    opened: null,
    isHelp: false,
    scroll: 0,
    typing: null,
    notice: null,
    before: null,
  }
}

export function paneOf<Facts, Command>(subject: Subject<Facts, Command>, look: Look): Pane<Facts> {
  const found = subject.panes.find(({ words: [name] }) => name === look.pane)
  if (found === undefined) throw new RangeError(`there is no pane ${look.pane}`)
  return found
}

/** Those rows that hold what is looked for, whatever the case. */
export function rowsOf<Facts>(pane: Pane<Facts>, facts: Facts, look: Look): readonly TableRow[] {
  const rows = pane.table?.rows(facts) ?? []
  const wanted = (look.filters[pane.words[0]] ?? '').toLowerCase()
  if (wanted === '') return rows
  return rows.filter(({ key, cells }) =>
    [key, ...cells.map(({ text }) => text)].some((text) => text.toLowerCase().includes(wanted)),
  )
}

/** The place of the chosen row; -1 where there are none. */
export function chosenIn<Facts>(
  pane: Pane<Facts>,
  rows: readonly TableRow[],
  { chosen }: Look,
): number {
  const key = chosen[pane.words[0]]
  const at = key === undefined ? -1 : rows.findIndex((row) => row.key === key)
  if (at >= 0) return at
  return pane.table?.isFollowed === true ? rows.length - 1 : Math.min(0, rows.length - 1)
}

export function press<Facts, Command>(
  before: Look,
  key: Key,
  place: Place<Facts, Command>,
): Pressed<Command> {
  const look = { ...before, notice: null }
  if (key === '<ctrl-c>') return { look, wish: { wish: 'leave', isInterrupted: true } }
  if (look.typing !== null) return typed(look, look.typing, key, place)
  const step = steps[key]
  if (step !== undefined) return stay(step(look, place as Place<unknown, unknown>))
  if (/^[1-9]$/.test(key)) return stay(goTo(look, place.subject.panes[Number(key) - 1]))
  if (key === 'q') return { look, wish: { wish: 'leave', isInterrupted: false } }
  const verb = place.subject.verbs.find((each) => each.key === key)
  return verb === undefined ? stay(look) : carriedOut(look, verb, '', place)
}

function stay<Command>(look: Look): Pressed<Command> {
  return { look, wish: null }
}

type Step = (look: Look, place: Place<unknown, unknown>) => Look

const up: Step = (look, place) => move(look, place, -1)
const down: Step = (look, place) => move(look, place, 1)
const open: Step = (look, { subject, facts }) => {
  const pane = paneOf(subject, look)
  const rows = rowsOf(pane, facts, look)
  const row = rows[chosenIn(pane, rows, look)]
  if (look.opened !== null || look.isHelp || row === undefined) return look
  return { ...chose(look, pane, row.key), opened: row.key, scroll: 0 }
}

const steps: Readonly<Record<string, Step>> = {
  '<up>': up,
  k: up,
  '<down>': down,
  j: down,
  '<pageup>': (look, place) => move(look, place, -place.page),
  '<pagedown>': (look, place) => move(look, place, place.page),
  '<home>': (look, place) => move(look, place, Number.NEGATIVE_INFINITY),
  g: (look, place) => move(look, place, Number.NEGATIVE_INFINITY),
  '<end>': (look, place) => move(look, place, Number.POSITIVE_INFINITY),
  G: (look, place) => move(look, place, Number.POSITIVE_INFINITY),
  '<enter>': open,
  d: open,
  '<right>': (look, place) => turn(look, place, 1),
  '<tab>': (look, place) => turn(look, place, 1),
  '<left>': (look, place) => turn(look, place, -1),
  '<backtab>': (look, place) => turn(look, place, -1),
  '<escape>': (look) => back(look),
  '?': (look) => ({ ...look, isHelp: !look.isHelp, scroll: 0 }),
  ':': (look) => ({ ...look, typing: { kind: 'command', text: '' } }),
  '/': (look, { subject }) => {
    const pane = paneOf(subject, look)
    if (pane.table === undefined || look.opened !== null || look.isHelp) return look
    return { ...look, typing: { kind: 'filter', text: look.filters[look.pane] ?? '' } }
  },
  l: (look, { subject, facts }) => logsAbout(look, subject, facts),
}

/** One step out of where one is. */
function back(look: Look): Look {
  if (look.isHelp) return { ...look, isHelp: false, scroll: 0 }
  if (look.opened !== null) return { ...look, opened: null, scroll: 0 }
  const filter = look.filters[look.pane] ?? ''
  if (look.before !== null) {
    const { pane, opened } = look.before
    return { ...filtered(look, ''), pane, opened, before: null, scroll: 0 }
  }
  return filter === '' ? look : filtered(look, '')
}

function filtered(look: Look, text: string): Look {
  return { ...look, filters: { ...look.filters, [look.pane]: text } }
}

function chose(look: Look, pane: Pane<unknown>, key: string): Look {
  return { ...look, chosen: { ...look.chosen, [pane.words[0]]: key } }
}

function move(look: Look, place: Place<unknown, unknown>, by: number): Look {
  const { subject, facts, scrollMax } = place
  const pane = paneOf(subject, look)
  if (look.isHelp || look.opened !== null || pane.table === undefined) {
    return { ...look, scroll: Math.min(scrollMax, Math.max(0, look.scroll + by)) }
  }
  const rows = rowsOf(pane, facts, look)
  const at = chosenIn(pane, rows, look)
  const row = rows[Math.min(rows.length - 1, Math.max(0, at + by))]
  if (row === undefined) return look
  const isAtEnd = pane.table.isFollowed === true && row === rows.at(-1)
  if (!isAtEnd) return chose(look, pane, row.key)
  const { [pane.words[0]]: _, ...chosen } = look.chosen
  return { ...look, chosen }
}

function turn(look: Look, { subject: { panes } }: Place<unknown, unknown>, by: number): Look {
  const at = panes.findIndex(({ words: [name] }) => name === look.pane)
  return goTo(look, panes[(at + by + panes.length) % panes.length])
}

function goTo(look: Look, pane: Pane<never> | undefined): Look {
  if (pane === undefined) return look
  return { ...look, pane: pane.words[0], opened: null, isHelp: false, scroll: 0, before: null }
}

function logsAbout(look: Look, subject: Subject<unknown, unknown>, facts: unknown): Look {
  const { logs } = subject
  if (logs === null || look.pane === logs || look.isHelp) return look
  const pane = paneOf(subject, look)
  const rows = rowsOf(pane, facts, look)
  const key = look.opened ?? rows[chosenIn(pane, rows, look)]?.key
  const wanted = key === undefined ? '' : (pane.table?.logged?.(key) ?? '')
  const before = { pane: look.pane, opened: look.opened }
  return filtered({ ...look, pane: logs, opened: null, scroll: 0, before }, wanted)
}

function typed<Facts, Command>(
  look: Look,
  typing: NonNullable<Look['typing']>,
  key: Key,
  place: Place<Facts, Command>,
): Pressed<Command> {
  const text = edited(typing.text, key)
  if (key === '<escape>' || text === null) {
    const left = { ...look, typing: null }
    return stay(typing.kind === 'filter' ? filtered(left, '') : left)
  }
  if (key === '<enter>') {
    const left = { ...look, typing: null }
    return typing.kind === 'filter' ? stay(left) : said(left, typing.text.trim(), place)
  }
  const next = { ...look, typing: { ...typing, text } }
  return stay(typing.kind === 'filter' ? filtered(next, text) : next)
}

const textMax = 200

/** Null: the last character is gone, and one more was taken away. */
function edited(text: string, key: Key): string | null {
  if (key === '<backspace>') return text === '' ? null : [...text].slice(0, -1).join('')
  if (key === '<ctrl-u>') return ''
  return key.startsWith('<') && key.length > 1 ? text : `${text}${key}`.slice(0, textMax)
}

function said<Facts, Command>(
  look: Look,
  text: string,
  place: Place<Facts, Command>,
): Pressed<Command> {
  const [word = '', ...rest] = text.split(/\s+/)
  if (word === '') return stay(look)
  if (word === 'q' || word === 'quit') {
    return { look, wish: { wish: 'leave', isInterrupted: false } }
  }
  if (word === 'help') return stay({ ...look, isHelp: true, scroll: 0 })
  const pane = place.subject.panes.find(({ words }) => words.includes(word))
  if (pane !== undefined) return stay(goTo(look, pane))
  const verb = place.subject.verbs.find(({ words }) => words.includes(word))
  if (verb !== undefined) return carriedOut(look, verb, rest.join(' '), place)
  return stay(noticed(look, `there is no command "${word}"; ? lists them`))
}

function carriedOut<Facts, Command>(
  look: Look,
  verb: Verb<Facts, Command>,
  given: string,
  { facts, isReadonly }: Place<Facts, Command>,
): Pressed<Command> {
  const told = isReadonly
    ? refuse('NOT_ALLOWED', 'this dashboard is read-only')
    : verb.command(facts, given)
  if (!told.ok) return stay(noticed(look, told.reason))
  return { look, wish: { wish: 'command', command: told.value } }
}

export function noticed(look: Look, text: string, isBad = true): Look {
  return { ...look, notice: { text, isBad } }
}
