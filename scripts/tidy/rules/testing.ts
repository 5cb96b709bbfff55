import { eachFile, type Note, type Rule } from '../rule.ts'
import { lineAt, type SourceFile } from '../source-file.ts'

const AT = 'packages/mesh/src/a.test.ts'
const CASE = '(?<![.\\w$])(?:test|it|describe|suite|bench)'

const inTests = (path: string) => /\.(test|conformance)\.tsx?$/.test(path)

/** Notes on every place in the code of a file where a pattern matches. */
function notes(file: SourceFile, pattern: RegExp, message: string): Note[] {
  return [...file.code.matchAll(pattern)].map(({ index }) => ({ offset: index, message }))
}

export const testOnly: Rule = {
  name: 'test-only',
  about: 'no test is left alone with .only, and none is left for later with .todo',
  check: eachFile(inTests, (file) => [
    ...notes(
      file,
      new RegExp(`${CASE}(?:\\.\\w+)*\\.only\\b`, 'g'),
      '.only hides every other test: remove it',
    ),
    ...notes(
      file,
      new RegExp(`${CASE}(?:\\.\\w+)*\\.todo\\b`, 'g'),
      '.todo tests nothing: write the test, or leave it out',
    ),
  ]),
  fires: [
    { [AT]: "test.only('a', () => {})" },
    { [AT]: "describe.concurrent.only('a', () => {})" },
    { [AT]: "test.todo('a')" },
  ],
  silent: [{ [AT]: "test('a.only(', () => filter.only(1))" }, { 'scripts/a.ts': 'it.only(1)' }],
}

export const testSkip: Rule = {
  name: 'test-skip',
  about: 'a test that is skipped says why',
  check: eachFile(inTests, (file) => {
    const skips = new RegExp(`${CASE}(?:\\.\\w+)*\\.(?:skip|skipIf|runIf)\\b`, 'g')
    const message = 'say why: `// skipped: <reason>` beside it, or "skipped: <reason>" in its title'
    const bare = notes(file, skips, message).filter(({ offset }) => !reasoned(file, offset))
    const silent = [...file.code.matchAll(/(?<![\w$])(?:ctx|context)\.skip\s*\(\s*([^)]*)\)/g)]
      .filter(([, given]) => !/['"`]/.test(given ?? ''))
      .map(({ index }) => ({ offset: index, message: "say why: context.skip('the reason')" }))
    return [...bare, ...silent]
  }),
  fires: [
    { [AT]: "test.skip('a', () => {})" },
    { [AT]: "describe.skipIf(b)('a', () => {})" },
    { [AT]: 'context.skip()' },
    { [AT]: "// skipped: far away\n\ntest.skip('a', () => {})" },
  ],
  silent: [
    { [AT]: "// skipped: needs a GPU\ntest.skip('a', () => {})" },
    { [AT]: "test.skipIf(b)('a', f) // skipped: there is no browser" },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the hole is part of the sample
    { [AT]: "test.skipIf(b)(\n  `a${b ? ' (skipped: needs a GPU)' : ''}`,\n  f)" },
    { [AT]: "context.skip('needs a GPU')" },
    { [AT]: 'reader.skip(4)' },
  ],
}

const REASON = /\bskipped: \S/i

/** Whether a comment on this line or the one above gives a reason, or a title just below. */
function reasoned(file: SourceFile, offset: number): boolean {
  const line = lineAt(file.text, offset)
  const isNear = (other: number, above: number, below: number) => {
    const distance = lineAt(file.text, other) - line
    return distance >= -above && distance <= below
  }
  return (
    file.comments.some(({ start, words }) => isNear(start, 1, 0) && REASON.test(words)) ||
    [...file.strings].some(([start, text]) => isNear(start, 0, 2) && REASON.test(text))
  )
}

export const testMock: Rule = {
  name: 'test-mock',
  about: 'no module is mocked',
  check: eachFile(inTests, (file) =>
    notes(
      file,
      /(?<![.\w$])vi\s*\.\s*(?:mock|doMock)\s*\(/g,
      'do not mock modules: hand in the memory adapter, or what the code needs as an argument',
    ),
  ),
  fires: [{ [AT]: "vi.mock('./b.ts')" }, { [AT]: "vi.doMock('./b.ts')" }],
  silent: [{ [AT]: "// vi.mock('./b.ts')\nvi.stubEnv('a', 'b')" }],
}

export const testSleep: Rule = {
  name: 'test-sleep',
  about: 'a test waits for what happens, never for time to pass',
  check: eachFile(inTests, (file) => {
    const message = 'do not sleep: wait for the event itself, or drive the clock as an argument'
    const sleeps = file.imports.filter(({ specifier }) => specifier === 'node:timers/promises')
    return [
      ...notes(file, /new\s+Promise\b[^;]{0,120}?(?<![\w$])setTimeout\b/g, message),
      ...sleeps.map(({ offset }) => ({ offset, message })),
    ]
  }),
  fires: [
    { [AT]: 'await new Promise((resolve) => setTimeout(resolve, 100))' },
    { [AT]: 'await new Promise<void>((resolve) => {\n  setTimeout(resolve, 100)\n})' },
    { [AT]: "import { setTimeout } from 'node:timers/promises'" },
  ],
  silent: [
    { [AT]: "await new Promise((resolve) => child.on('exit', resolve))" },
    { 'packages/mesh/src/a.ts': 'await new Promise((resolve) => setTimeout(resolve, 100))' },
  ],
}

export const testRetry: Rule = {
  name: 'test-retry',
  about: 'a test passes the first time or fails',
  check: eachFile(
    (path) => inTests(path) || path === 'vitest.config.ts',
    (file) => [
      ...notes(
        file,
        file.path === 'vitest.config.ts'
          ? /(?<![.\w$])retry\s*:/g
          : new RegExp(
              `${CASE}(?:\\.\\w+)*\\s*\\(\\s*['"\`]\\s*['"\`]\\s*,\\s*\\{[^}]*\\bretry\\b`,
              'g',
            ),
        'no retries: find out why it fails sometimes',
      ),
    ],
  ),
  fires: [
    { [AT]: "test('a', { timeout: 5, retry: 2 }, () => {})" },
    { 'vitest.config.ts': 'const a = { test: { retry: 3 } }' },
  ],
  silent: [{ [AT]: "test('a', () => client({ retry: 2 }))" }],
}

export const testTitle: Rule = {
  name: 'test-title',
  about: 'a title is a sentence in the present tense, without "should"',
  check: eachFile(inTests, (file) =>
    titlesOf(file)
      .filter(({ title, isGroup }) => (isGroup ? /^should\b/i : /\bshould\b/i).test(title))
      .map(({ offset }) => ({
        offset,
        message: 'say what is, not what should be: "rejects a forged seal"',
      })),
  ),
  fires: [
    { [AT]: "test('should pass', () => {})" },
    { [AT]: "describe('should pass', () => {})" },
    { [AT]: "describe('a seal', () => {\n  it(`should pass`, f)\n})" },
    { [AT]: "test.each([['a', f(1)], ['b', 2]])('should pass', f)" },
  ],
  silent: [
    { [AT]: "test('passes', () => expect(text).toBe('it should pass'))" },
    { [AT]: "test('names the shoulder', () => {})" },
    { [AT]: "describe('where a key should be', () => {})" },
    { 'packages/mesh/src/a.ts': "test('should pass')" },
  ],
}

function titlesOf(file: SourceFile): { offset: number; title: string; isGroup: boolean }[] {
  const plain = new RegExp(`${CASE}(?:\\.\\w+)*\\s*\\(\\s*['"\`]`, 'g')
  const table = new RegExp(
    `${CASE}(?:\\.\\w+)*\\.(?:each|for|skipIf|runIf)\\b[^;]*?\\)\\s*\\(\\s*['"\`]`,
    'g',
  )
  return [plain, table].flatMap((pattern) =>
    [...file.code.matchAll(pattern)].map((match) => ({
      offset: match.index,
      isGroup: match[0].startsWith('describe'),
      title: file.strings.get(match.index + match[0].length - 1) ?? '',
    })),
  )
}
