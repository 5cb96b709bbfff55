import { dirname } from 'node:path/posix'
import type { SourceFile } from '../source-file.ts'

/** What the rules need of a package.json. */
export interface Package {
  readonly path: string
  readonly name: string
  /** Its folder under packages/; empty for any other package.json. */
  readonly folder: string
  /** The keys of `exports`. */
  readonly doors: readonly string[]
  readonly dependencies: readonly string[]
  readonly devDependencies: readonly string[]
}

export function packagesIn(files: readonly SourceFile[]): Package[] {
  return files
    .filter(({ path }) => path === 'package.json' || path.endsWith('/package.json'))
    .map(({ path, text }) => {
      const content = JSON.parse(text)
      return {
        path,
        name: content.name ?? '',
        folder: /^packages\/([^/]+)\/package\.json$/.exec(path)?.[1] ?? '',
        doors: Object.keys(content.exports ?? {}),
        dependencies: [
          ...Object.keys(content.dependencies ?? {}),
          ...Object.keys(content.optionalDependencies ?? {}),
          ...Object.keys(content.peerDependencies ?? {}),
        ],
        devDependencies: Object.keys(content.devDependencies ?? {}),
      }
    })
}

/** The package that a file belongs to: the nearest package.json above it. */
export function nearest(path: string, packages: readonly Package[]): Package | undefined {
  return packages
    .filter((each) => each.path === 'package.json' || path.startsWith(`${dirname(each.path)}/`))
    .sort((a, b) => b.path.length - a.path.length)[0]
}

/** The package that an import names: `@a/b` of `@a/b/c`; null for a relative or built-in one. */
export function packageOf(specifier: string): string | null {
  if (/^[.#/]|^\w+:/.test(specifier)) return null
  return /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[1] ?? null
}
