import { isBuiltin } from 'node:module'
import { dirname, join } from 'node:path/posix'
import { sideDoors } from '../exemptions.ts'
import type { Import } from '../imports.ts'
import type { Remark, Rule } from '../rule.ts'
import { isTest, lineAt, type SourceFile } from '../source-file.ts'
import { nearest, type Package, packageOf, packagesIn } from './packages.ts'

const libraries = ['mesh', 'client', 'sandbox', 'learning', 'proofs']

/** Which packages a package may import; folders under packages/. */
const layers: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  ...Object.fromEntries(libraries.map((name) => [name, ['protocol']])),
  // What runs in a browser, and the coordinator serves.
  web: ['protocol', 'proofs'],
  coordinator: ['protocol', ...libraries, 'web'],
  cli: ['protocol', ...libraries],
}

const protocol = { 'packages/protocol/package.json': '{ "name": "@vcp/protocol" }' }
const mesh = { 'packages/mesh/package.json': '{ "name": "@vcp/mesh" }' }
const coordinator = { 'packages/coordinator/package.json': '{ "name": "@vcp/coordinator" }' }
const cli = { 'packages/cli/package.json': '{ "name": "vcp" }' }

export const layer: Rule = {
  name: 'layer',
  about:
    'imports point down: programs use libraries, libraries use protocol, protocol uses nothing',
  check: (files) => eachImport(files, layerBroken),
  fires: [
    { ...mesh, 'packages/protocol/src/a.ts': "import { dial } from '@vcp/mesh'" },
    { ...mesh, 'packages/sandbox/src/a.ts': "import { dial } from '@vcp/mesh'" },
    { ...mesh, 'packages/sandbox/src/a.test.ts': "import { dial } from '@vcp/mesh'" },
    { ...coordinator, 'packages/mesh/src/a.ts': "import type { A } from '@vcp/coordinator'" },
    { ...coordinator, 'packages/cli/src/a.ts': "const a = await import('@vcp/coordinator')" },
    { ...cli, 'packages/coordinator/src/a.ts': "export { a } from 'vcp'" },
    { ...protocol, 'packages/novelty/src/a.ts': "import { sha256 } from '@vcp/protocol'" },
  ],
  silent: [
    { ...protocol, 'packages/mesh/src/a.ts': "import { sha256 } from '@vcp/protocol'" },
    { ...mesh, 'packages/cli/src/a.ts': "import { dial } from '@vcp/mesh'" },
    { ...mesh, 'packages/coordinator/src/a.ts': "import { dial } from '@vcp/mesh'" },
    { ...mesh, 'packages/protocol/src/a.ts': "// import { dial } from '@vcp/mesh'" },
    { ...mesh, ...cli, 'e2e/a.test.ts': "import 'vcp'; import '@vcp/mesh'" },
  ],
}

function layerBroken(file: SourceFile, { specifier }: Import, packages: readonly Package[]) {
  const from = folderOf(file.path)
  const to = packages.find(({ name }) => name === packageOf(specifier))?.folder
  if (from === null || to === undefined || to === from) return null
  const allowed = layers[from]
  if (allowed === undefined) {
    return `${from} has no place in the layers: give it a row in scripts/tidy/rules/layers.ts`
  }
  if (allowed.includes(to)) return null
  if (from === 'protocol') return `protocol may not import ${to}: it imports nothing of ours`
  if (libraries.includes(from)) {
    return `${from} may not import ${to}: move the word to protocol, or take it as an argument`
  }
  return `${from} may not import ${to}: programs meet only in protocol and on the wire`
}

export const door: Rule = {
  name: 'door',
  about: 'a package is entered by its name, never by a path to one of its files',
  check: (files) => eachImport(files, doorPassed),
  fires: [
    { 'packages/mesh/src/a.ts': "import { b } from '../../protocol/src/b.ts'" },
    { 'scripts/a.ts': "import { b } from '../packages/protocol/src/b.ts'" },
    { 'packages/mesh/src/a.ts': "import { b } from '../../../scripts/b.ts'" },
    { ...protocol, 'packages/mesh/src/a.ts': "import { b } from '@vcp/protocol/src/b.ts'" },
    { ...protocol, 'packages/mesh/src/a.ts': "import { b } from '@vcp/protocol/dist/b.js'" },
  ],
  silent: [
    { 'packages/mesh/src/adapters/a.ts': "import { b } from '../b.ts'" },
    { 'packages/mesh/bench/a.ts': "import { b } from '../src/b.ts'" },
    { 'scripts/with-node.mjs': "import { b } from '../packages/cli/bin/runtime.js'" },
    {
      'packages/protocol/package.json': JSON.stringify({
        name: '@vcp/protocol',
        exports: { '.': './dist/index.js', './testing/*': { source: './src/testing/*.ts' } },
      }),
      'packages/mesh/src/a.test.ts': "import { b } from '@vcp/protocol/testing/b'",
    },
  ],
}

function doorPassed(file: SourceFile, { specifier }: Import, packages: readonly Package[]) {
  if (specifier.startsWith('.')) {
    const to = join(dirname(file.path), specifier)
    if (folderOf(file.path) === folderOf(to)) return null
    if (sideDoors.some((passage) => passage.from === file.path && passage.to === to)) return null
    return `do not reach into another package (${to}): import what you need by the package's name`
  }
  const target = packages.find(({ name }) => name === packageOf(specifier))
  if (target === undefined || specifier === target.name) return null
  if (opens(target.doors, `.${specifier.slice(target.name.length)}`)) return null
  return `do not reach past the door of ${target.name}: import what its index.ts exports`
}

/** Whether one of a package's doors, which may have a `*`, leads to this path. */
function opens(doors: readonly string[], path: string): boolean {
  return doors.some((each) => {
    const [before = '', after] = each.split('*')
    if (after === undefined) return each === path
    return path.length >= each.length && path.startsWith(before) && path.endsWith(after)
  })
}

/**
 * Packages of which bundles alone are published: what goes into these is needed to build them, and
 * is not installed with them.
 */
const bundled = ['web']

export const declared: Rule = {
  name: 'declared',
  about: 'a package imports only what its own package.json names; tests also what the root names',
  check: (files) => eachImport(files, undeclared),
  fires: [
    { ...mesh, 'packages/mesh/src/a.ts': "import { z } from 'zod'" },
    { ...mesh, 'packages/mesh/src/a.ts': "import type { A } from '@vcp/protocol'" },
    { ...mesh, 'packages/mesh/src/a.ts': "import { hex } from '@noble/hashes/utils.js'" },
    {
      'package.json': '{ "devDependencies": { "vitest": "1.0.0" } }',
      ...mesh,
      'packages/mesh/src/a.ts': "import { test } from 'vitest'",
    },
    { 'package.json': '{}', 'scripts/a.ts': "import { z } from 'zod'" },
    {
      'packages/mesh/package.json': '{ "name": "@vcp/mesh", "devDependencies": { "a": "1.0.0" } }',
      'packages/mesh/src/b.ts': "import { a } from 'a'",
    },
    {
      'packages/web/package.json': '{ "name": "@vcp/web", "devDependencies": { "a": "1.0.0" } }',
      'packages/web/src/b.ts': "import { c } from 'c'",
    },
  ],
  silent: [
    {
      'packages/mesh/package.json': '{ "name": "@vcp/mesh", "dependencies": { "zod": "4.6.7" } }',
      'packages/mesh/src/a.ts': "import { z } from 'zod/mini'",
    },
    { ...mesh, 'packages/mesh/src/a.ts': "import 'node:fs'; import './b.ts'" },
    {
      'package.json': '{ "devDependencies": { "vitest": "1.0.0" } }',
      ...mesh,
      'packages/mesh/src/a.test.ts': "import { test } from 'vitest'",
    },
    { 'package.json': '{}', ...protocol, 'scripts/a.ts': "import { a } from '@vcp/protocol'" },
    {
      'packages/web/package.json': '{ "name": "@vcp/web", "devDependencies": { "a": "1.0.0" } }',
      'packages/web/src/b.ts': "import { a } from 'a'",
    },
  ],
}

function undeclared(file: SourceFile, { specifier }: Import, packages: readonly Package[]) {
  const name = packageOf(specifier)
  if (name === null || isBuiltin(specifier)) return null
  const root = packages.find(({ path }) => path === 'package.json')
  const owner = nearest(file.path, packages)
  if (owner === undefined || owner.name === name) return null
  const known = new Set(owner.dependencies)
  if (owner === root) {
    for (const each of [...owner.devDependencies, ...packages.map((one) => one.name)])
      known.add(each)
  } else if (isTest(file.path)) {
    for (const each of [...owner.devDependencies, ...(root?.devDependencies ?? [])]) known.add(each)
  } else if (bundled.includes(folderOf(file.path) ?? '')) {
    for (const each of owner.devDependencies) known.add(each)
  }
  if (known.has(name) || known.has(`@types/${name}`)) return null
  return `${name} is not in ${owner.path}: add it there, it is found here only by accident`
}

type Look = (file: SourceFile, each: Import, packages: readonly Package[]) => string | null

function eachImport(files: readonly SourceFile[], look: Look): Remark[] {
  const packages = packagesIn(files)
  return files.flatMap((file) =>
    file.imports.flatMap((each) => {
      const message = look(file, each, packages)
      return message === null
        ? []
        : [{ path: file.path, line: lineAt(file.text, each.offset), message }]
    }),
  )
}

/** The folder under packages/ that a path lies in. */
function folderOf(path: string): string | null {
  return /^packages\/([^/]+)\//.exec(path)?.[1] ?? null
}
