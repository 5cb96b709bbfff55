import { describe, expect, test } from 'vitest'
import { importsOf } from './imports.ts'
import { scan } from './scan.ts'

function found(text: string) {
  return importsOf(scan(text)).sort((a, b) => a.offset - b.offset)
}

describe('imports', () => {
  test.each([
    ["import a from 'x'", 'a'],
    ["import { a, b as c } from 'x'", '{ a, b as c }'],
    ["import{a}from'x'", '{a}'],
    ["import a, { b } from 'x'", 'a, { b }'],
    ["import * as a from 'x'", '* as a'],
    ["import {\n  a,\n  b,\n} from 'x'", '{\n  a,\n  b,\n}'],
    ["import from from 'x'", 'from'],
    ["import 'x'", ''],
    ["const a = await import('x')", ''],
    ["type A = import('x').B", ''],
    ["import.meta.resolve('x')", ''],
    ["require('x')", ''],
    ["require.resolve('x')", ''],
    ["export * from 'x'", '*'],
    ["export * as a from 'x'", '* as a'],
    ["export { a, type B } from 'x'", '{ a, type B }'],
    ['import a from "x"', 'a'],
    ['await import(`x`)', ''],
  ])('finds %j', (text, clause) => {
    expect(found(text)).toMatchObject([{ specifier: 'x', clause }])
  })

  test.each([
    ["// import a from 'x'"],
    ["/* export * from 'x' */"],
    ['const text = "import a from \'x\'"'],
    ["`import a from 'x'`"],
    ["loader.import('x')"],
    ["$import('x')"],
    ["export const from = 'x'"],
    ["export { a }\nconst from = f('x')"],
  ])('finds none in %j', (text) => {
    expect(found(text)).toEqual([])
  })

  test.each([
    ["import type A from 'x'", true],
    ["import type { A } from 'x'", true],
    ["import type * as A from 'x'", true],
    ["import { type A, type B } from 'x'", true],
    ["export type { A } from 'x'", true],
    ["export type * from 'x'", true],
    ["import type from 'x'", false],
    ["import type, { A } from 'x'", false],
    ["import { type A, b } from 'x'", false],
    ["import {} from 'x'", false],
    ["import 'x'", false],
  ])('knows whether %j is of types only: %s', (text, typeOnly) => {
    expect(found(text)).toMatchObject([{ typeOnly }])
  })

  test('does not join a list of exports with the import after it', () => {
    expect(found("export { a }\nimport b from 'x'\nexport { c } from 'y'")).toMatchObject([
      { specifier: 'x', clause: 'b', reExport: false, offset: 13 },
      { specifier: 'y', clause: '{ c }', reExport: true },
    ])
  })

  test('reads a computed name up to its first hole, and no variable', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the hole is part of the sample
    expect(found('import(name)\nimport(`x${y}`)')).toMatchObject([{ specifier: 'x' }])
  })
})
