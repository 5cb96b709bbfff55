// Every way in which a file names another one. Read from blanked code, so that an import in a
// comment or a string is none.
import type { Scan } from './scan.ts'

export interface Import {
  readonly specifier: string
  readonly offset: number
  /** Whether it vanishes when types are stripped. */
  readonly typeOnly: boolean
  /** What stands between `import` and `from`; empty for the other forms. */
  readonly clause: string
  /** Whether it only passes names on: `export ... from`. */
  readonly reExport: boolean
}

export function importsOf({ code, strings }: Scan): Import[] {
  return forms.flatMap(({ pattern, reExport }) =>
    [...code.matchAll(pattern)].flatMap((match): Import[] => {
      const quoteAt = match.index + match[0].length - 1
      const specifier = strings.get(quoteAt)
      if (specifier === undefined) return []
      const clause = match.groups?.['clause']?.trim() ?? ''
      return [{ specifier, offset: match.index, typeOnly: isTypeOnly(clause), clause, reExport }]
    }),
  )
}

// A clause holds names, braces, commas and stars; it never runs on into the next statement.
const CLAUSE = /(?<clause>(?:(?!\b(?:import|export)\b)[\w$\s{},*])*?)/.source

const forms = [
  { pattern: statement(`import\\b${CLAUSE}\\bfrom\\s*['"]`), reExport: false },
  { pattern: statement(`export\\b${CLAUSE}\\bfrom\\s*['"]`), reExport: true },
  { pattern: statement(`import\\s*['"]`), reExport: false },
  { pattern: statement('import\\s*\\(\\s*[\'"`]'), reExport: false },
  { pattern: statement('import\\.meta\\.resolve\\s*\\(\\s*[\'"`]'), reExport: false },
  { pattern: statement('require(?:\\.resolve)?\\s*\\(\\s*[\'"`]'), reExport: false },
]

function statement(pattern: string): RegExp {
  return new RegExp(`(?<![.\\w$])${pattern}`, 'g')
}

function isTypeOnly(clause: string): boolean {
  if (/^type\s+(?!,|from)/.test(clause)) return true
  const names =
    /^\{([^}]*)\}$/
      .exec(clause)?.[1]
      ?.split(',')
      .map((name) => name.trim()) ?? []
  const given = names.filter((name) => name !== '')
  return given.length > 0 && given.every((name) => /^type\s/.test(name))
}
