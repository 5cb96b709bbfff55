// `npm ci` on a bare machine, with nothing but the registry: what would break it is found here.
import { deniedScripts } from '../exemptions.ts'
import type { Remark, Rule, Sample } from '../rule.ts'
import type { SourceFile } from '../source-file.ts'

const LOCK = 'package-lock.json'
const REGISTRY = 'https://registry.npmjs.org/'

interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly inBundle?: boolean
  readonly hasInstallScript?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** Looks at every package of the lock file, by its path in it. */
function eachLocked(
  look: (path: string, locked: Locked, all: ReadonlyMap<string, Locked>) => readonly string[],
): Rule['check'] {
  return (files) =>
    files.filter(({ path }) => path === LOCK).flatMap((file) => remarksOn(file, look))
}

function remarksOn(file: SourceFile, look: Parameters<typeof eachLocked>[0]): Remark[] {
  const packages: Record<string, Locked> = JSON.parse(file.text).packages ?? {}
  const all = new Map(Object.entries(packages))
  return [...all].flatMap(([path, locked]) =>
    look(path, locked, all).map((message) => ({ path: LOCK, line: lineOf(file, path), message })),
  )
}

function lineOf(file: SourceFile, path: string): number {
  return Math.max(
    1,
    file.lines.findIndex((line) => line.trim().startsWith(`${JSON.stringify(path)}:`)) + 1,
  )
}

function lockOf(packages: Readonly<Record<string, Locked>>): Sample {
  return { [LOCK]: JSON.stringify({ packages }, null, 2) }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

export const lockScripts: Rule = {
  name: 'lock-scripts',
  about: 'no package runs a script when it is installed',
  check: (files) => {
    const allowScripts = rootOf(files)['allowScripts'] ?? {}
    return eachLocked((path, { hasInstallScript }) => {
      if (hasInstallScript !== true || path === '' || path.startsWith('packages/')) return []
      const name = nameOf(path)
      if (!Object.hasOwn(deniedScripts, name)) {
        return [
          `${name} runs a script at install: choose another package, or deny the script in ` +
            'allowScripts and say in scripts/tidy/exemptions.ts why it works without',
        ]
      }
      return allowScripts[name] === false
        ? []
        : [`deny the script: "allowScripts": { "${name}": false }`]
    })(files)
  },
  fires: [
    lockOf({ 'node_modules/a': { hasInstallScript: true } }),
    lockOf({ 'node_modules/b/node_modules/@c/a': { hasInstallScript: true } }),
    lockOf({ 'node_modules/esbuild': { hasInstallScript: true } }),
    {
      ...lockOf({ 'node_modules/esbuild': { hasInstallScript: true } }),
      'package.json': '{ "allowScripts": { "esbuild": true } }',
    },
  ],
  silent: [
    lockOf({ '': { hasInstallScript: true }, 'node_modules/a': {} }),
    {
      ...lockOf({ 'node_modules/esbuild': { hasInstallScript: true } }),
      'package.json': '{ "allowScripts": { "esbuild": false } }',
    },
  ],
}

function rootOf(files: readonly SourceFile[]): Record<string, Record<string, unknown>> {
  return JSON.parse(files.find(({ path }) => path === 'package.json')?.text ?? '{}')
}

export const lockSource: Rule = {
  name: 'lock-source',
  about: 'every package comes from the public registry, with its checksum',
  check: eachLocked((path, { resolved, integrity, link, inBundle }) => {
    if (!path.includes('node_modules/') || link === true || inBundle === true) return []
    const name = nameOf(path)
    if (resolved !== undefined && !resolved.startsWith(REGISTRY)) {
      return [`${name} comes from ${resolved}: take it from ${REGISTRY}`]
    }
    return integrity === undefined
      ? [`${name} has no checksum: install it again from ${REGISTRY}`]
      : []
  }),
  fires: [
    lockOf({ 'node_modules/a': { resolved: 'https://example.org/a.tgz', integrity: 'sha512-a' } }),
    lockOf({
      'node_modules/a': { resolved: 'git+ssh://git@github.com/a/b', integrity: 'sha512-a' },
    }),
    lockOf({ 'node_modules/a': { resolved: `${REGISTRY}a/-/a-1.0.0.tgz` } }),
  ],
  silent: [
    lockOf({ 'node_modules/a': { resolved: `${REGISTRY}a/-/a-1.0.0.tgz`, integrity: 'sha512-a' } }),
    lockOf({ 'node_modules/a': { integrity: 'sha512-a' } }),
    lockOf({ 'node_modules/a': { resolved: 'packages/a', link: true }, 'packages/a': {} }),
  ],
}

export const lockWhole: Rule = {
  name: 'lock-whole',
  about: 'the lock file holds every dependency, also those of other platforms: else `npm ci` stops',
  check: eachLocked((path, { dependencies, optionalDependencies }, all) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !isFound(name, path, all))
      .map(
        (name) =>
          `${name}, which ${path === '' ? 'the root' : path} needs, is missing from the lock: ` +
          'npm ci stops with EUSAGE; choose a version that the registry has for every platform',
      ),
  ),
  fires: [
    lockOf({ 'node_modules/a': { optionalDependencies: { 'a-win32': '1.0.0' } } }),
    lockOf({ 'packages/a': { dependencies: { b: '1.0.0' } }, 'packages/c/node_modules/b': {} }),
    lockOf({
      'node_modules/a': { dependencies: { b: '1.0.0' } },
      'node_modules/c/node_modules/b': {},
    }),
  ],
  silent: [
    lockOf({ 'node_modules/a': { optionalDependencies: { b: '1.0.0' } }, 'node_modules/b': {} }),
    lockOf({
      'node_modules/a': { dependencies: { b: '1.0.0' } },
      'node_modules/a/node_modules/b': { dependencies: { c: '1.0.0' } },
      'node_modules/a/node_modules/c': {},
    }),
  ],
}

/** Whether Node would find a package from where another lies: beside it, or in a folder above. */
function isFound(name: string, from: string, all: ReadonlyMap<string, Locked>): boolean {
  const parts = from === '' ? [] : from.split('/')
  for (let length = parts.length; length >= 0; length--) {
    if (parts[length - 1] === 'node_modules') continue
    if (all.has([...parts.slice(0, length), 'node_modules', name].join('/'))) return true
  }
  return false
}

export const exactVersions: Rule = {
  name: 'exact-versions',
  about: 'every dependency is pinned to one version',
  check: (files) =>
    files
      .filter(({ path }) => path === 'package.json' || path.endsWith('/package.json'))
      .flatMap((file) => {
        const { dependencies, devDependencies, optionalDependencies } = JSON.parse(file.text)
        const pinned = { ...dependencies, ...devDependencies, ...optionalDependencies }
        return Object.entries<string>(pinned)
          .filter(([, version]) => !EXACT.test(version))
          .map(([name, version]) => ({
            path: file.path,
            line: Math.max(
              1,
              file.lines.findIndex((line) => line.includes(`"${name}": "${version}"`)) + 1,
            ),
            message: `${name} is ${version}: write the one version that was tested`,
          }))
      }),
  fires: [
    { 'package.json': '{ "devDependencies": { "a": "^1.0.0" } }' },
    { 'packages/mesh/package.json': '{ "dependencies": { "a": "~1.0.0" } }' },
    { 'packages/mesh/package.json': '{ "optionalDependencies": { "a": "latest" } }' },
    { 'packages/mesh/package.json': '{ "dependencies": { "a": "github:b/c" } }' },
    { 'packages/mesh/package.json': '{ "dependencies": { "a": "1.0" } }' },
  ],
  silent: [
    { 'package.json': '{ "dependencies": { "a": "1.0.0", "b": "2.0.0-next.148" } }' },
    { 'package.json': '{ "dependencies": { "a": "npm:b@1.0.0" } }' },
    { 'package.json': '{ "peerDependencies": { "a": ">=1" }, "engines": { "node": ">=20" } }' },
  ],
}

const EXACT = /^(?:npm:(?:@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/
