import { describe, expect, test } from 'vitest'
import { type Ground, paletteOf, type Theme } from './palette.ts'
import { line, painted, span } from './text.ts'

const ground: Ground = { env: {}, hasColour: true, colourDepth: 24 }

/** Relative luminance (WCAG 2.2) of one of the 256 colours, from the cube on. */
function luminance(index: number): number {
  const cube = (value: number) => (value === 0 ? 0 : 55 + 40 * value)
  const at = index - 16
  const rgb =
    index >= 232
      ? new Array<number>(3).fill(8 + 10 * (index - 232))
      : [Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6].map(cube)
  const [r = 0, g = 0, b = 0] = rgb
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

describe('colours', () => {
  test('of a light theme are read on white', () => {
    const palette = paletteOf('light', ground)
    const indexes = Object.values(palette ?? {}).flatMap((code) =>
      code.startsWith('38;5;') ? [Number(code.slice(5))] : [],
    )
    expect(indexes).toHaveLength(5)
    for (const index of indexes) expect(1.05 / (luminance(index) + 0.05)).toBeGreaterThan(5)
  })

  test.each([
    ['auto', '0;15', true],
    ['auto', '0;default;7', true],
    ['auto', '15;0', false],
    ['auto', '7;8', false],
    ['auto', 'white;black', false],
    ['auto', undefined, false],
    ['dark', '0;15', false],
    ['light', '15;0', true],
  ] as const)('by the theme %s where the terminal says %s: light is %s', (theme, said, isLight) => {
    const env = said === undefined ? {} : { COLORFGBG: said }
    const palette = paletteOf(theme, { ...ground, env })
    expect(palette?.warn === '33').toBe(!isLight)
  })

  test('are of the sixteen where a terminal has no more, and yellow is not among them', () => {
    const palette = paletteOf('light', { ...ground, colourDepth: 4 })
    for (const code of Object.values(palette ?? {})) expect(code).toMatch(/^[1-9]\d?$/)
    expect(Object.values(palette ?? {})).not.toContain('33')
  })

  test('are none where none are wanted, whatever the theme', () => {
    for (const theme of ['auto', 'dark', 'light'] satisfies Theme[]) {
      const palette = paletteOf(theme, { ...ground, hasColour: false })
      expect(painted(line(span('text', 'bad')), palette)).toBe('text')
    }
  })

  test('end with the words that have them', () => {
    const text = painted(
      line('plain ', span('bad', 'bad'), span('', 'good')),
      paletteOf('dark', ground),
    )
    expect(text).toBe('plain \x1b[31mbad\x1b[0m')
  })
})
