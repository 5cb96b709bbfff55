import { banning, eachFile, type Rule } from '../rule.ts'
import { isCode, type SourceFile } from '../source-file.ts'

export const errorText: Rule = banning({
  name: 'error-text',
  about: 'an error is known by its code, never by its text',
  applies: isCode,
  at: 'packages/mesh/src/a.ts',
  bans: [
    {
      pattern:
        /\.message\s*(?:\?\.|\.)\s*(?:includes|match|startsWith|endsWith|indexOf|search)\s*\(/,
      message: 'do not read an error by its text: compare its code, or give the failure one',
      fires: "if (error.message.includes('late')) stop()",
      silent: "if (error.code.startsWith('E')) stop(error.message)",
    },
    {
      pattern: /\.message\s*[!=]==?\s*['"`]|['"`]\s*[!=]==?\s*[\w$.?]+\.message\b/,
      message: 'do not compare the text of an error: compare its code, or give the failure one',
      fires: "if (error.message === 'late') stop()",
      silent: 'if (error.message === cause.message) stop()',
    },
    {
      pattern: /\.test\s*\(\s*[\w$.()?]+\.message\s*\)/,
      message: 'do not read an error by its text: compare its code, or give the failure one',
      fires: 'if (/late/.test(error.message)) stop()',
      silent: 'if (/late/.test(line)) stop(error.message)',
    },
  ],
})

export const errorSwallowed: Rule = {
  name: 'error-swallowed',
  about: 'an error that is dropped is dropped for a reason that stands there',
  check: eachFile(isCode, (file) =>
    EMPTY.flatMap((pattern) => [...file.code.matchAll(pattern)])
      .filter((match) => !commentedWithin(file, match.index, match.index + match[0].length))
      .map(({ index }) => ({
        offset: index,
        message:
          'an empty catch: let the error pass, handle it, or write the reason inside the braces',
      })),
  ),
  fires: [
    { 'packages/mesh/src/a.ts': 'try {\n  a()\n} catch {}' },
    { 'packages/mesh/src/a.ts': '// of no use here\ntry { a() } catch (error) {\n}' },
    { 'packages/mesh/src/a.ts': 'a().catch(() => {})' },
    { 'packages/mesh/src/a.ts': 'a().catch((_error) => undefined)' },
  ],
  silent: [
    { 'packages/mesh/src/a.ts': 'try {\n  a()\n} catch {\n  // it was gone already\n}' },
    { 'packages/mesh/src/a.ts': 'try { a() } catch { return null }' },
    { 'packages/mesh/src/a.ts': 'a().catch(() => {/* closed twice */})' },
    { 'packages/mesh/src/a.ts': 'a().catch(() => null)' },
  ],
}

const EMPTY = [
  /(?<![.\w$])catch\s*(?:\([^)]*\)\s*)?\{\s*\}/g,
  /\.\s*catch\s*\(\s*\(?\s*\w*\s*\)?\s*=>\s*(?:\{\s*\}|undefined|void 0)\s*,?\s*\)/g,
]

function commentedWithin(file: SourceFile, start: number, end: number): boolean {
  return file.comments.some((comment) => comment.start > start && comment.end < end)
}
