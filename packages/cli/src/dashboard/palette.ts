// Which colours words have. They say nothing that is not written too, and must be read on the
// ground that the terminal has: a yellow for black is none for white.
import type { Tone } from './text.ts'

export const themes = ['auto', 'dark', 'light'] as const
export type Theme = (typeof themes)[number]

/** What SGR (ECMA-48) has a terminal do for each tone; none for plain text. */
export type Palette = Readonly<Record<Exclude<Tone, 'plain'>, string>>

/** The colours that terminals have had first, which their owners choose for a dark ground. */
const dark: Palette = {
  title: '1',
  quiet: '2',
  good: '32',
  bad: '31',
  warn: '33',
  code: '36',
  chosen: '7',
}

/** Of the 256 that are the same everywhere: each is at least 5:1 on white. */
const light: Palette = {
  ...dark,
  quiet: '38;5;240',
  good: '38;5;22',
  bad: '38;5;124',
  warn: '38;5;94',
  code: '38;5;24',
}

/** Where there are sixteen: those that are dark in every scheme. */
const lightOfSixteen: Palette = { ...dark, quiet: '90', warn: '35', code: '34' }

export interface Ground {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly hasColour: boolean
  /** Bits of a colour, as `getColorDepth` of a terminal has them. */
  readonly colourDepth: number
}

/** Null: no colours, and nothing that stands in for them. */
export function paletteOf(theme: Theme, { env, hasColour, colourDepth }: Ground): Palette | null {
  if (!hasColour) return null
  const isLight = theme === 'light' || (theme === 'auto' && saysLight(env['COLORFGBG']))
  if (!isLight) return dark
  return colourDepth >= 8 ? light : lightOfSixteen
}

/** `0;15`: rxvt, Konsole and iTerm2 name the colours of text and ground so. */
function saysLight(colours: string | undefined): boolean {
  const ground = colours?.split(';').at(-1) ?? ''
  return /^\d+$/.test(ground) && (Number(ground) === 7 || Number(ground) > 8)
}
