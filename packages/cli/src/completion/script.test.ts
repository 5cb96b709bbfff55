import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadAll } from '../cli.ts'
import { commands } from '../program.ts'
import { run, temporaryFolder } from '../testing/host.ts'
import { scriptFor, shells } from './script.ts'
import { type Words, wordsOf } from './words.ts'

let words: Words
beforeAll(async () => {
  words = wordsOf(await loadAll())
})

/** What bash offers after a line, the last word being completed. */
function offers(line: readonly string[]): readonly string[] {
  const file = join(temporaryFolder(), 'vcp.bash')
  writeFileSync(file, scriptFor('bash', words))
  const list = line.map((word) => `'${word}'`).join(' ')
  const program = [
    `source ${file}`,
    `COMP_WORDS=(${list})`,
    `COMP_CWORD=${line.length - 1}`,
    '_vcp',
    `printf '%s\\n' "\${COMPREPLY[@]}"`,
  ].join('; ')
  const out = execFileSync('bash', ['--norc', '-c', program], { encoding: 'utf8' })
  return out.split('\n').filter((word) => word !== '')
}

describe('completion', () => {
  test('knows every command and what may follow it', () => {
    for (const path of Object.keys(commands)) expect(words.after.has(path)).toBe(true)
    expect(words.after.get('config get')?.map(({ text }) => text)).toContain('coordinator.url')
    expect(words.after.get('key show')?.map(({ text }) => text)).toContain('--create')
  })

  test('in bash offers nouns, verbs, options and settings', () => {
    expect(offers(['vcp', 'ke'])).toEqual(['key'])
    expect(offers(['vcp', 'key', ''])).toEqual(['show', 'backup', 'restore'])
    expect(offers(['vcp', 'key', 'show', '--cr'])).toEqual(['--create'])
    expect(offers(['vcp', 'config', 'get', 'coord'])).toEqual(['coordinator.url'])
    expect(offers(['vcp', 'completion', ''])).toEqual(expect.arrayContaining([...shells]))
    expect(offers(['vcp', 'node', 'dat'])).toEqual(['dataset'])
    const verbs = ['add', 'list', 'allow', 'deny', 'remove']
    expect(offers(['vcp', 'node', 'dataset', ''])).toEqual(verbs)
    expect(offers(['vcp', 'node', 'dataset', 'add', 'x', '--eps'])).toEqual(['--epsilon'])
  })

  test('in bash looks past options and their values', () => {
    expect(offers(['vcp', '--data-dir', '/x', 'wallet', 's'])).toEqual(['show'])
    expect(offers(['vcp', '--json', 'wallet', 'b'])).toEqual(['bind'])
  })

  test.each(shells)(
    'prints a script for %s that the shell can read, where there is one',
    async (shell) => {
      const { exitCode, out } = await run(['completion', shell])
      expect(exitCode).toBe(0)
      expect(out).toContain('coordinator.url')
      const file = join(temporaryFolder(), `vcp.${shell}`)
      writeFileSync(file, out)
      const checked = spawnSync(shell, ['-n', file], { encoding: 'utf8' })
      if (checked.error === undefined) expect(checked.stderr).toBe('')
    },
  )
})
