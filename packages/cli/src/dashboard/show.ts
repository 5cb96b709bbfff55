// A session on the terminal, by Ink: it keeps the screen, reads the keys, and puts the terminal
// back as it was. Nothing here is loaded before somebody is shown a dashboard.
import type { Key as InkKey } from 'ink'
import type { Key } from './look.ts'
import type { Palette } from './palette.ts'
import type { Session } from './session.ts'
import { painted } from './text.ts'

export interface ScreenStreams {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  /** Null: without colours. */
  readonly palette: Palette | null
}

/** What is known is drawn twice a second at most; a key is answered at once. */
const drawMsMin = 500
const framesPerSecondMax = 20

/** Shows it until the signal. */
export async function show(
  session: Session<unknown>,
  { stdin, stdout, palette }: ScreenStreams,
  signal: AbortSignal,
): Promise<void> {
  // React looks at it once, while it is loaded.
  process.env['NODE_ENV'] ??= 'production'
  const [{ render }, { createElement }, { Terminal }] = await Promise.all([
    import('ink'),
    import('react'),
    import('./terminal.ts'),
  ])
  if (signal.aborted) return
  const resize = () => session.resize({ columns: stdout.columns, rows: stdout.rows })
  stdout.on('resize', resize)
  const text = () => textOf(session, palette)
  const instance = render(createElement(Terminal, { session, text, drawMsMin }), {
    stdin,
    stdout,
    exitOnCtrlC: false,
    patchConsole: false,
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    maxFps: framesPerSecondMax,
  })
  const leave = () => instance.unmount()
  signal.addEventListener('abort', leave, { once: true })
  try {
    await instance.waitUntilExit()
  } finally {
    signal.removeEventListener('abort', leave)
    stdout.off('resize', resize)
  }
}

export function textOf(session: Session<unknown>, palette: Palette | null): string {
  return session
    .screen()
    .lines.map((each) => painted(each, palette))
    .join('\n')
}

const named = [
  ['upArrow', '<up>'],
  ['downArrow', '<down>'],
  ['leftArrow', '<left>'],
  ['rightArrow', '<right>'],
  ['pageUp', '<pageup>'],
  ['pageDown', '<pagedown>'],
  ['home', '<home>'],
  ['end', '<end>'],
  ['return', '<enter>'],
  ['escape', '<escape>'],
  ['backspace', '<backspace>'],
  ['delete', '<backspace>'],
] as const satisfies readonly (readonly [keyof InkKey, Key])[]

/** What was pressed, in our words; what is pasted is many keys. */
export function keysOf(input: string, key: InkKey): readonly Key[] {
  if (key.ctrl) return input === 'c' ? ['<ctrl-c>'] : input === 'u' ? ['<ctrl-u>'] : []
  if (key.tab) return [key.shift ? '<backtab>' : '<tab>']
  const found = named.find(([name]) => key[name])
  if (found !== undefined) return [found[1]]
  return key.meta ? [] : [...input].flatMap(typed)
}

/** Keys that come fast come together. */
function typed(character: string): readonly Key[] {
  if (character === '\r' || character === '\n') return ['<enter>']
  if (character === '\u007f') return ['<backspace>']
  return character < ' ' ? [] : [character]
}
