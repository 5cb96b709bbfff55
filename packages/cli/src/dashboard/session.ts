// One dashboard that somebody looks at: what is known, where they are, how large the screen is. It
// says when it is worth drawing again; who draws it is not its concern.
import { firstLook, type Key, type Look, noticed, press, type Wish } from './look.ts'
import type { Subject } from './pane.ts'
import { type Screen, screenOf } from './screen.ts'
import type { Room } from './table.ts'

export interface SessionParts<Facts, Command> {
  readonly subject: Subject<Facts, Command>
  readonly facts: Facts
  readonly isReadonly: boolean
  readonly size: Room
  /** `wish` of a key, to be carried out. */
  onWish(wish: Wish<Command>): void
}

export interface Session<Facts> {
  readonly facts: Facts
  /** The pane that is looked at, by name. */
  readonly pane: string
  screen(): Screen
  /** News may wait for a moment before they are drawn. */
  note(change: (facts: Facts) => Facts): void
  /** Somebody waits for what comes of a key. */
  press(key: Key): void
  resize(size: Room): void
  say(text: string, isBad: boolean): void
  onChange(listener: (how: 'news' | 'key') => void): () => void
  /** Another pane is looked at. */
  onPane(listener: () => void): () => void
}

export function createSession<Facts, Command>(parts: SessionParts<Facts, Command>): Session<Facts> {
  const { subject, isReadonly, onWish } = parts
  const listeners = new Set<(how: 'news' | 'key') => void>()
  const turners = new Set<() => void>()
  let { facts, size } = parts
  let look: Look = firstLook(subject)
  let screen: Screen | null = null

  function changed(how: 'news' | 'key'): void {
    screen = null
    for (const listener of listeners) listener(how)
  }

  function shown(): Screen {
    screen ??= screenOf({ subject, facts, look, isReadonly, size })
    return screen
  }

  return {
    get facts() {
      return facts
    },
    get pane() {
      return look.pane
    },
    screen: shown,
    note(change) {
      facts = change(facts)
      changed('news')
    },
    press(key) {
      const { page, scrollMax } = shown()
      const { pane } = look
      const pressed = press(look, key, { subject, facts, isReadonly, page, scrollMax })
      look = pressed.look
      if (pressed.wish !== null) onWish(pressed.wish)
      changed('key')
      if (look.pane !== pane) for (const turned of turners) turned()
    },
    resize(next) {
      size = next
      changed('key')
    },
    say(text, isBad) {
      look = noticed(look, text, isBad)
      changed('key')
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    onPane(listener) {
      turners.add(listener)
      return () => void turners.delete(listener)
    },
  }
}
