import type { Remark, Rule } from './rule.ts'
import type { SourceFile } from './source-file.ts'

/** Something a rule found. */
export interface Finding extends Remark {
  readonly rule: string
}

/** What the rules find in the files, in the order of paths and lines. */
export function findingsIn(files: readonly SourceFile[], rules: readonly Rule[]): Finding[] {
  return rules
    .flatMap((rule) => rule.check(files).map((remark) => ({ ...remark, rule: rule.name })))
    .sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1))
}

/** `packages/x/src/y.ts:12  layer  what is wrong: what to do instead`, in columns. */
export function report(findings: readonly Finding[]): string[] {
  const rows = findings.map(({ path, line, rule, message }) => [`${path}:${line}`, rule, message])
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)))
  return rows.map(([where, rule, message]) =>
    [where!.padEnd(widths[0]!), rule!.padEnd(widths[1]!), message].join('  '),
  )
}
