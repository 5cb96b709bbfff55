// How files are cut: names, doors, sizes. Functions of over 70 lines are found by biome
// (noExcessiveLinesPerFunction), which parses them.
import { basename, dirname, join } from 'node:path/posix'
import { covers, mayBeLong } from '../exemptions.ts'
import { banning, eachFile, type Rule } from '../rule.ts'
import { isCode, isTest, type SourceFile } from '../source-file.ts'

const LINES_MAX = 400
const COLUMNS_MAX = 100

export const adapters: Rule = {
  name: 'adapters',
  about: 'an adapter never imports another adapter',
  check: eachFile(
    (path) => adapterOf(path) !== null && !isTest(path),
    (file) =>
      file.imports.flatMap(({ specifier, offset }) => {
        if (!specifier.startsWith('.')) return []
        const [from, to] = [file.path, join(dirname(file.path), specifier)].map(adapterOf)
        if (to === null || to === from) return []
        const message = `${from} may not import adapter ${to}: move what they share to the port`
        return [{ offset, message }]
      }),
  ),
  fires: [
    { 'packages/mesh/src/adapters/memory.ts': "import { a } from './disk.ts'" },
    { 'packages/mesh/src/adapters/memory/a.ts': "import type { A } from '../disk/a.ts'" },
  ],
  silent: [
    { 'packages/mesh/src/adapters/memory.ts': "import { a } from '../store.ts'" },
    { 'packages/mesh/src/adapters/memory/a.ts': "import { b } from './b.ts'" },
    { 'packages/mesh/src/adapters/memory.test.ts': "import { a } from './disk.ts'" },
    { 'packages/mesh/src/main.ts': "import { a } from './adapters/disk.ts'" },
  ],
}

function adapterOf(path: string | undefined): string | null {
  return /(?:^|\/)adapters\/([^/.]+)/.exec(path ?? '')?.[1] ?? null
}

const DRAWER = /^(?:(?:.*-)?(?:utils?|helpers?|misc)(?:-.*)?|common|shared|lib|types|constants)$/

export const drawer: Rule = {
  name: 'drawer',
  about: 'no file or folder is a drawer: its name says what is in it',
  check: (files) =>
    files.flatMap(({ path }) =>
      path
        .split('/')
        .filter((part) => DRAWER.test(part.replace(/\..*$/, '')))
        .map((part) => ({
          path,
          line: 1,
          message: `${part} is a drawer: name the concept, or inline what is in it`,
        })),
    ),
  fires: [
    { 'packages/mesh/src/utils.ts': '' },
    { 'packages/mesh/src/helpers/a.ts': '' },
    { 'packages/mesh/src/test-helpers.test.ts': '' },
    { 'packages/mesh/src/util-time.ts': '' },
    { 'packages/mesh/src/common.ts': '' },
    { 'packages/mesh/src/shared/a.ts': '' },
    { 'packages/mesh/lib/a.js': '' },
    { 'packages/mesh/src/types.ts': '' },
    { 'packages/mesh/src/constants.ts': '' },
    { 'scripts/misc.ts': '' },
  ],
  silent: [
    { 'packages/mesh/src/shared-secret.ts': '' },
    { 'packages/mesh/src/library.ts': '' },
    { 'packages/mesh/src/task-types.ts': '' },
    { 'packages/mesh/src/utilisation.ts': '' },
  ],
}

export const names: Rule = banning({
  name: 'names',
  about: 'a name says what a thing is: no Manager, Service, Helper, Util, no I before an interface',
  applies: isCode,
  at: 'packages/mesh/src/a.ts',
  bans: [
    {
      pattern:
        /(?<![\w$.])(?:class|interface|type)\s+\w*(?:Manager|Service|Helper|Util)s?\b(?!\s*[,}:])/,
      message: '$& says nothing: name it for what it does or holds',
      fires: 'export class NodeManager {}',
      silent: 'export class ServiceRecord {}',
    },
    {
      pattern: /(?<![\w$.])(?:const|let|function)\s+\w*(?:Manager|Helpers?|Utils?)\b/,
      message: '$& says nothing: name it for what it does or holds',
      fires: 'const nodeManager = open()',
      silent: 'const managerOf = open()',
    },
    {
      pattern: /(?<![\w$.])interface\s+I(?!Pv\d|Ps\b)[A-Z][a-z]\w*/,
      message: '$&: an interface is named for what it is, without the I',
      fires: 'interface IStore {}',
      silent: 'interface IPv4Address {}\ninterface Item {}',
    },
  ],
})

export const barrel: Rule = {
  name: 'barrel',
  about: "only a package's doors, src/index.ts and src/browser.ts, pass names on",
  check: eachFile(
    (path) => isCode(path) && !isDoor(path),
    (file) => {
      const passedOn = file.imports.filter(({ reExport }) => reExport)
      const first = passedOn[0]
      if (basename(file.path) === 'index.ts') {
        return [
          {
            offset: 0,
            message: 'only packages/*/src/index.ts is a door: name this file for its idea',
          },
        ]
      }
      if (first !== undefined && holdsNothingElse(file)) {
        return [
          {
            offset: first.offset,
            message: 'a barrel: import each thing from the file that has it',
          },
        ]
      }
      return passedOn
        .filter(({ clause }) => /^(type\s+)?\*/.test(clause))
        .map(({ offset }) => ({
          offset,
          message: 'export * outside the door: import each thing from the file that has it',
        }))
    },
  ),
  fires: [
    { 'packages/mesh/src/a.ts': "export { b } from './b.ts'\nexport { c } from './c.ts'" },
    { 'packages/mesh/src/a.ts': "export const a = 1\nexport * from './b.ts'" },
    { 'packages/mesh/src/store/index.ts': 'export const a = 1' },
    { 'e2e/index.ts': 'const a = 1' },
  ],
  silent: [
    { 'packages/mesh/src/index.ts': "export * from './b.ts'" },
    { 'packages/proofs/src/browser.ts': "export * from './b.ts'" },
    { 'packages/mesh/src/a.ts': "export { b } from './b.ts'\nexport const c = 1" },
    { 'packages/mesh/src/a.ts': "import './b.ts'" },
  ],
}

function isDoor(path: string): boolean {
  return /^packages\/[^/]+\/src\/(index|browser)\.ts$/.test(path)
}

function holdsNothingElse(file: SourceFile): boolean {
  const rest = file.code
    .replace(/\bexport\s+(?:type\s+)?(?:\*(?:\s*as\s+\w+)?|\{[^}]*\})\s*from\s*(['"])\s*\1/g, '')
    .replace(/\bimport\b[\w$\s{},*]*?(['"])\s*\1/g, '')
  return /^[\s;]*$/.test(rest)
}

export const fileSize: Rule = {
  name: 'file-size',
  about: `a file has at most ${LINES_MAX} lines; exemptions are listed with their reasons`,
  check: (files) =>
    files
      .filter(({ path, lines }) => lines.length > LINES_MAX && !mayBeLong.some(covers(path)))
      .map(({ path, lines }) => ({
        path,
        line: LINES_MAX + 1,
        message: `${lines.length} lines, over ${LINES_MAX}: it has more than one idea, split it`,
      })),
  fires: [
    { 'packages/mesh/src/a.ts': 'a\n'.repeat(LINES_MAX + 1) },
    { 'README.md': 'a\n'.repeat(500) },
  ],
  silent: [
    { 'packages/mesh/src/a.ts': 'a\n'.repeat(LINES_MAX) },
    { 'packages/protocol/src/errors.ts': 'a\n'.repeat(LINES_MAX + 1) },
    { 'packages/protocol/vectors/a.json': 'a\n'.repeat(5000) },
  ],
}

export const lineLength: Rule = {
  name: 'line-length',
  about: `a line of code has at most ${COLUMNS_MAX} columns`,
  check: (files) =>
    files
      .filter(({ path }) => isCode(path))
      .flatMap(({ path, lines }) =>
        lines.flatMap((line, index) => {
          const columns = line.length > COLUMNS_MAX ? [...line].length : line.length
          if (columns <= COLUMNS_MAX) return []
          const message = `${columns} columns, over ${COLUMNS_MAX}: break the line`
          return [{ path, line: index + 1, message }]
        }),
      ),
  fires: [{ 'packages/mesh/src/a.ts': `// ${'a'.repeat(98)}` }],
  silent: [
    { 'packages/mesh/src/a.ts': `// ${'a'.repeat(97)}` },
    { 'packages/mesh/src/a.ts': `// ${'\u{1f9f9}'.repeat(97)}` },
    { 'README.md': 'a'.repeat(200) },
  ],
}
