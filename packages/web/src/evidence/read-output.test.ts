import { expect, test } from 'vitest'
import { readOutput } from './read-output.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

test('JSON is laid out, text is left alone, bytes are shown in hexadecimal', () => {
  expect(readOutput(bytes('{"a":1}'))).toMatchObject({ kind: 'json', text: '{\n  "a": 1\n}' })
  expect(readOutput(bytes('hello\n'))).toMatchObject({ kind: 'text', text: 'hello\n' })
  expect(readOutput(Uint8Array.of(0, 255))).toMatchObject({ kind: 'bytes', text: '000000  00 ff' })
  expect(readOutput(bytes('a\u0000b')).kind).toBe('bytes')
})

test('what is long is cut, and says so', () => {
  const { text, isCut } = readOutput(bytes('x'.repeat(100_000)))
  expect(isCut).toBe(true)
  expect(text.length).toBe(20_000)
  expect(readOutput(new Uint8Array(5_000)).isCut).toBe(true)
})
