// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the samples are code
import { describe, expect, test } from 'vitest'
import { scan } from './scan.ts'

function comments(text: string): string[] {
  return scan(text).comments.map(({ start, end }) => text.slice(start, end))
}

describe('the scanner', () => {
  test.each([
    ['a line comment', 'a // b c\nd', 'a       \nd'],
    ['a block comment over lines', 'a /* b\nc */ d', 'a     \n     d'],
    ['a string', "f('a b') + g", "f('   ') + g"],
    ['an escaped quote', "f('a\\'b') + g", "f('    ') + g"],
    ['an escaped backslash before the closing quote', "f('\\\\') + g", "f('  ') + g"],
    ['a quote inside another kind of quote', '"it\'s" + x', '"    " + x'],
    ['a comment sign inside a string', "'//' + x // y", "'  ' + x     "],
    ['a quote inside a comment', "// it's\nx('y')", "       \nx(' ')"],
    ['a template over lines', '`a\nb` + c', '` \n ` + c'],
    ['a hole in a template', '`a ${b + c} d` + e', '`  ${b + c}  ` + e'],
    ['an object inside a hole', '`${{ a: {} }.a} b` + c', '`${{ a: {} }.a}  ` + c'],
    ['a template inside a hole', '`${`x ${y} z`} w` + v', '`${`  ${y}  `}  ` + v'],
    ['a string with a brace inside a hole', "`${f('}')} a` + b", "`${f(' ')}  ` + b"],
    ['an escaped hole', '`\\${a}` + b', '`     ` + b'],
    ['a pattern', 'x = /a"b/g + y', 'x = /   /g + y'],
    ['a pattern with a slash in a class', "f(/[/'\\]]/) + y", 'f(/      /) + y'],
    ['a pattern after return', "return /'/.test(x)", 'return / /.test(x)'],
    ['a pattern after an arrow', "() => /'/", '() => / /'],
    ['a division', "a / b + c / 'd'", "a / b + c / ' '"],
    ['a division after a bracket', "(a) / b['c'] / 'd'", "(a) / b[' '] / ' '"],
    ['a division after a pattern', "/a/ / 2 + 'b'", "/ / / 2 + ' '"],
    ['a closing tag', "<b>{'a'}</b>", "<b>{' '}</b>"],
    ['a tag that closes itself after a brace', "<B c={d} /> + 'e'", "<B c={d} /> + ' '"],
    ['a string that never ends', "x = 'abc\ny", "x = '   \ny"],
    ['a template that never ends', 'x = `abc', 'x = `   '],
    ['a comment that never ends', 'x /* abc', 'x       '],
    ['a string that ends in a backslash', "x = 'a\\", "x = '  "],
    ['a first line for the shell', '#!/bin/x y\nz', '          \nz'],
  ])('blanks %s', (_, text, code) => {
    expect(scan(text).code).toBe(code)
  })

  test('keeps every offset and every line of the text', () => {
    const text = "import a from 'b' // c\nconst d = `e ${f}\n` /* g\n */ + /h/\n"
    const { code } = scan(text)
    expect(code).toHaveLength(text.length)
    expect(code.split('\n')).toHaveLength(text.split('\n').length)
  })

  test('hands out comments, and strings by the offset of their quote', () => {
    const text = "f('a') // b\n/* c */ g(`d ${e}`)"
    expect(comments(text)).toEqual(['// b', '/* c */'])
    expect([...scan(text).strings]).toEqual([
      [2, 'a'],
      [text.indexOf('`'), 'd '],
    ])
  })

  test('takes linear time on a hostile text', () => {
    const hostile = '`${'.repeat(20_000) + '/*'.repeat(20_000) + "'\\".repeat(20_000)
    expect(scan(hostile).code).toHaveLength(hostile.length)
  })
})
