import { dirname, join } from 'node:path/posix'
import type { Rule } from '../rule.ts'
import { lineAt } from '../source-file.ts'

export const deadLink: Rule = {
  name: 'dead-link',
  about: 'a link from one document to a file of the repository leads there',
  check: (files) => {
    const known = new Set(files.flatMap(({ path }) => withFolders(path)))
    return files
      .filter(({ path }) => path.endsWith('.md'))
      .flatMap(({ path, text }) =>
        [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
          .filter(({ 1: target }) => !/^(?:\w+:|#)/.test(target!))
          .filter(({ 1: target }) => !known.has(resolved(path, target!)))
          .map(({ 1: target, index }) => ({
            path,
            line: lineAt(text, index),
            message: `${target} is not there: correct the link`,
          })),
      )
  },
  fires: [
    { 'README.md': 'see [the design](docs/design.md)' },
    { 'docs/a.md': '[b](../b.md#c)', 'docs/b.md': '' },
  ],
  silent: [
    { 'README.md': 'see [b](docs/b.md#c), [c](#d), [e](https://example.org)', 'docs/b.md': '' },
    { 'docs/a.md': '[the packages](../packages/)', 'packages/mesh/README.md': '' },
    { 'docs/a.md': '```\n[b](b.md)\n```\nand `[c](c.md)`' },
  ],
}

function resolved(from: string, target: string): string {
  return join(dirname(from), target.replace(/#.*$/, '')).replace(/\/$/, '')
}

function withFolders(path: string): string[] {
  const parts = path.split('/')
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

/** Blanks code in a document, keeping every offset. */
function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```|`[^`\n]*`/gm, (code) => code.replace(/[^\n]/g, ' '))
}
