// Tries every property many times: `npm run test:properties -- --runs 10000`. Says how often each
// was in fact tried, as fast-check counted; one tried less often than asked has not passed.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { reportOn } from './properties/report.ts'
import { removedAtEnd, runCommand } from './steps/command.ts'
import { closingLine, counts } from './steps/counts.ts'
import { sourceFile } from './tidy/source-file.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { values } = parseArgs({ options: { runs: { type: 'string', default: '10000' } } })
const runs = Number(values.runs)
if (!Number.isSafeInteger(runs) || runs < 1) throw new Error('--runs takes a whole number')

const folder = mkdtempSync(join(tmpdir(), 'vcp-properties-'))
const remove = removedAtEnd(() => rmSync(folder, { recursive: true, force: true }))
const record = join(folder, 'record.ndjson')
const files = propertyFiles()
const config = join(root, 'scripts', 'properties', 'vitest.config.ts')
const launcher = join(root, 'scripts', 'with-node.mjs')

const ran = await runCommand(
  process.execPath,
  [launcher, 'vitest', 'run', '--config', config, '--root', root, ...files],
  {
    cwd: root,
    env: { ...process.env, VCP_PROPERTY_RUNS: String(runs), VCP_PROPERTY_RECORD: record },
    output: 'live',
    timeoutMinutes: 6 * 60,
  },
)
const report = reportOn(existsSync(record) ? readFileSync(record, 'utf8') : '', runs)
remove()

console.log(`\n${report.lines.join('\n')}\n`)
console.log(
  `${report.properties} properties in ${files.length} files, ${report.cases} cases, ` +
    `at least ${report.fewest} each (asked for: ${runs}), ${ran.seconds.toFixed(0)} s`,
)
const unseen = ran.exitCode !== 0 && report.short === 0 ? 1 : 0
console.log(closingLine(counts(report.properties - report.short, report.short + unseen)))
process.exitCode = ran.exitCode === 0 && report.short === 0 && report.properties > 0 ? 0 : 1

/** The test files that use fast-check. */
function propertyFiles(): string[] {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '*.test.ts']
  const tests = execFileSync('git', list, { cwd: root, encoding: 'utf8' }).split('\n')
  return tests
    .filter((path) => path !== '' && existsSync(join(root, path)))
    .map((path) => sourceFile(path, readFileSync(join(root, path), 'utf8')))
    .filter(({ imports }) => imports.some(({ specifier }) => specifier === 'fast-check'))
    .map(({ path }) => path)
}
