import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

function run(script: string, ...words: readonly string[]) {
  const args = ['scripts/with-node.mjs', `scripts/${script}.ts`, ...words]
  return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
}

const wrongWords = [
  ['circuits', ['--variant', 'huge'], 'no circuit has a size huge'],
  ['circuits', ['inference', '--variant', 'tiny'], 'inference has no size tiny'],
  ['circuits-mutate', ['nowhere'], 'there is no circuit nowhere'],
] as const

test.each(['circuits', 'circuits-mutate'])('%s says how it is used', (script) => {
  const { status, stdout, stderr } = run(script, '--help')
  expect(stdout).toMatch(/^usage: npm run circuits:(build|mutate) .*\ncircuits: .*update-norm/)
  expect([status, stderr]).toEqual([0, ''])
})

test.each(wrongWords)(
  '%s %j is told that it is wrong, and how it is right',
  (script, words, what) => {
    const { status, stdout, stderr } = run(script, ...words)
    const [first, second] = stderr.split('\n')
    expect(first).toContain(what)
    expect(second).toMatch(/^usage: /)
    expect([status, stdout]).toEqual([2, ''])
  },
)
