// Every line that examples/README.md tells people to run.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const execute = promisify(execFile)

/** What each example prints on stdout, at least. */
const expected: Readonly<Record<string, string>> = {
  javascript: '{"mean":7,"median":6.5,"deviation":4.183300132670378}',
  'word-count': '21 lines, ',
  'embed-sandbox': 'out_of_gas after 1000000000 gas: nothing said',
  'check-evidence': 'another output: output failed',
}

const readme = readFileSync(join(root, 'examples', 'README.md'), 'utf8')
const rows = [...readme.matchAll(/^\| `([a-z-]+)\/` \|.*\| `npx ([^`]+)` \|$/gm)].map(
  ([, folder = '', line = '']) => ({ folder, line }),
)

describe('the examples', () => {
  test('are each in the table, and each has an expectation', () => {
    expect(rows.map(({ folder }) => folder).sort()).toEqual(Object.keys(expected).sort())
  })

  test.each(rows)('$folder runs as its line says', async ({ folder, line }) => {
    const [program = '', ...args] = line.split(' ')
    const script = { vcp: 'packages/cli/src/main.ts', tsx: null }[program]
    const argv = script === null ? args : [script, ...args]
    const conditions = ['--conditions=source', ...argv] as string[]
    const { stdout } = await execute(process.execPath, conditions, { cwd: root })
    expect(stdout).toContain(expected[folder])
  })
})
