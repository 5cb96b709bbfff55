// The rules of the house, kept by a program: `npm run tidy`. The rules are in tidy/rules.ts, what
// they forgive in tidy/exemptions.ts. Functions of over 70 lines are left to biome, which parses.
//   node scripts/with-node.mjs scripts/tidy.ts [folder]
//   node scripts/with-node.mjs scripts/tidy.ts --rules
import { execFileSync } from 'node:child_process'
import { lstatSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findingsIn, report } from './tidy/findings.ts'
import { rules } from './tidy/rules.ts'
import { type SourceFile, sourceFile } from './tidy/source-file.ts'

const [argument] = process.argv.slice(2)
process.exitCode = argument === '--rules' ? listRules() : tidy(argument ?? repositoryRoot())

function listRules(): number {
  const width = Math.max(...rules.map(({ name }) => name.length))
  for (const { name, about } of rules) console.log(`${name.padEnd(width)}  ${about}`)
  return 0
}

function tidy(root: string): number {
  const files = filesOf(root)
  const findings = findingsIn(files, rules)
  for (const line of report(findings)) console.log(line)
  console.log(`${findings.length} findings by ${rules.length} rules in ${files.length} files`)
  return findings.length === 0 ? 0 : 1
}

/** The files that git tracks, or would track, and that are text. */
function filesOf(root: string): SourceFile[] {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const paths = execFileSync('git', list, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })
  return [...new Set(paths.split('\0'))].flatMap((path) => {
    const text = path === '' ? null : textOf(join(root, path))
    return text === null ? [] : [sourceFile(path, text)]
  })
}

function textOf(file: string): string | null {
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) return null
  const bytes = readFileSync(file)
  return bytes.subarray(0, 8_000).includes(0) ? null : bytes.toString('utf8')
}

function repositoryRoot(): string {
  return dirname(dirname(fileURLToPath(import.meta.url)))
}
