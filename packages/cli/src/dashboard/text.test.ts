import { describe, expect, test } from 'vitest'
import {
  clean,
  columnsOf,
  columnsOfLine,
  cut,
  cutText,
  line,
  shorten,
  span,
  spread,
  wrap,
} from './text.ts'

describe('text on a screen', () => {
  test.each([
    ['plain', 'plain'],
    ['\u001b[31mred', '?[31mred'],
    ['a\tb\nc', 'a b c'],
    ['e\u0301', '\u00e9'],
    ['z\u0300\u0301\u0302algo', 'zalgo'],
    ['\u202eright to left', '?right to left'],
    ['zero\u200bwidth', 'zero?width'],
    ['日本', '日本'],
  ])('%j is shown as %j', (given, shown) => {
    expect(clean(given)).toBe(shown)
  })

  test('takes two columns for wide characters', () => {
    expect(columnsOf('日本')).toBe(4)
    expect(columnsOf('é▁')).toBe(2)
    expect(cutText('日本語', 4)).toBe('日…')
  })

  test('is cut to its room, across tones, with a sign', () => {
    const spans = line(span('good', 'good'), 'and bad')
    expect(cut(spans, 20)).toBe(spans)
    for (let room = 1; room < 11; room++) {
      const short = cut(spans, room)
      expect(columnsOfLine(short)).toBeLessThanOrEqual(room)
      expect(short.map(({ text }) => text).join('')).toMatch(/…$/)
    }
  })

  test('keeps both ends of what is told apart by them', () => {
    expect(shorten('0123456789', 7)).toBe('012…789')
    expect(shorten('0123', 7)).toBe('0123')
  })

  test('is broken between words, and within one that is longer, and nothing of it is lost', () => {
    expect(wrap('to be or not', 6)).toEqual(['to be', 'or not'])
    expect(wrap('a 0123456789 b', 4)).toEqual(['a', '0123', '4567', '89 b'])
    expect(wrap('日本語', 4)).toEqual(['日本', '語'])
    expect(wrap('', 4)).toEqual([''])
  })

  test('fills a line from both sides', () => {
    const spans = spread(line('left'), line('right'), 20)
    expect(spans.map(({ text }) => text).join('')).toBe('left           right')
    const tight = spread(line('a long left side'), line('right'), 16)
    expect(columnsOfLine(tight)).toBe(16)
  })
})
