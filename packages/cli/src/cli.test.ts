import { errors } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { loadAll } from './cli.ts'
import { commands, nouns } from './program.ts'
import { run, temporaryFolder } from './testing/host.ts'

describe('the command line', () => {
  test('shows help for nothing, for help and for --help alike', async () => {
    const [nothing, word, flag] = [await run([]), await run(['help']), await run(['--help'])]
    expect(nothing.exitCode).toBe(0)
    expect(nothing.out).toContain('Usage: vcp')
    expect(nothing.out).toContain('vcp dev --demo')
    expect(word.out).toBe(flag.out)
    expect(nothing.out).toBe(flag.out)
    const top = Object.keys(nouns).filter((noun) => !noun.includes(' '))
    for (const noun of top) expect(flag.out).toContain(noun)
  })

  test.each(Object.keys(commands))(
    'vcp %s --help says what it takes, with an example',
    async (path) => {
      const { exitCode, out } = await run([...path.split(' '), '--help'])
      expect(exitCode).toBe(0)
      expect(out).toContain(`Usage: vcp ${path}`)
      expect(out).toMatch(/Examples:\n +(vcp|source|VCP)/)
      expect(out).toContain('--json')
      expect((await run(['help', ...path.split(' ')])).out).toBe(out)
    },
  )

  test('has a noun for every verb, and documents every noun', () => {
    const used = new Set(
      Object.keys(commands)
        .filter((path) => path.includes(' '))
        .flatMap((path) => path.split(' ').map((_, at, words) => words.slice(0, at).join(' ')))
        .filter((noun) => noun !== ''),
    )
    expect([...used].sort()).toEqual(Object.keys(nouns).sort())
  })

  test('loads every command, each with an example of its own use', async () => {
    for (const { path, command } of (await loadAll()).entries) {
      const lines = command.examples.map(({ line }) => line)
      expect(lines.some((line) => line.includes(`vcp ${path}`))).toBe(true)
    }
  })

  test('speaks in hints only of commands that exist', async () => {
    const spoken = Object.values(errors).flatMap(({ hint }) =>
      [...hint.matchAll(/`vcp ([a-z]+)(?: ([a-z]+))?/g)].map(([, noun, verb]) =>
        noun !== undefined && Object.hasOwn(commands, noun) ? noun : `${noun} ${verb}`,
      ),
    )
    expect(spoken.length).toBeGreaterThan(10)
    for (const path of spoken) expect(Object.keys(commands)).toContain(path)
  })

  test('prints its version', async () => {
    expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test.each([
    [['--jsno'], 'Did you mean --json?'],
    [['key', 'show', '--creat'], 'Did you mean --create?'],
    [['kye'], 'Did you mean key?'],
    [['key', 'shwo'], 'Did you mean show?'],
    [['config', 'get'], "missing required argument 'key'"],
    [['config', 'get', 'a', 'b'], 'too many arguments'],
    [['key', 'show', '--data-dir'], 'argument missing'],
    [['completion', 'tcsh'], 'shell'],
    [['dev', '--nodes', 'many'], "error --nodes: 'many' is no number ["],
    [['privacy', 'epsilon', '--sampling-rate', 'x'], "error --sampling-rate: 'x' is no number; "],
    [
      ['privacy', 'epsilon', '--steps', '1'],
      'error --sampling-rate is needed; --noise is needed; ',
    ],
    [['train'], 'error name a training to begin'],
    [['task', 'show', '1'], "error id: '1' does not have the form of one ["],
  ])('%j is a usage error that helps', async (argv, words) => {
    const { exitCode, out, err } = await run([...argv])
    expect(exitCode).toBe(2)
    expect(out).toBe('')
    expect(err).toContain(words)
    expect(err).toContain('[USAGE]')
    expect(err).toContain('do this')
    expect(err).not.toContain('    at ')
  })

  test('a noun alone shows its verbs, as a usage error', async () => {
    const { exitCode, err } = await run(['key'])
    expect(exitCode).toBe(2)
    expect(err).toContain('show')
    expect(err).toContain('backup')
  })

  test('takes its global flags anywhere', async () => {
    const at = ['--data-dir', temporaryFolder()]
    const argvs = [
      ['--json', ...at, 'config', 'get', 'network.name'],
      ['config', '--json', ...at, 'get', 'network.name'],
      ['config', 'get', 'network.name', ...at, '--json'],
    ]
    for (const argv of argvs) {
      const { out } = await run(argv)
      expect(JSON.parse(out)).toMatchObject({ key: 'network.name', value: 'local' })
    }
  })

  test('shows a stack only when asked', async () => {
    const argv = ['config', 'get', 'nothing', '--data-dir', temporaryFolder()]
    expect((await run(argv)).err).not.toContain('at ')
    expect((await run([...argv, '--debug'])).err).toContain('    at ')
  })

  test('reports errors as JSON on stderr when data is asked for as JSON', async () => {
    const { out, err } = await run([
      'config',
      'get',
      'x.y',
      '--json',
      '--data-dir',
      temporaryFolder(),
    ])
    expect(out).toBe('')
    expect(Object.keys(JSON.parse(err))).toEqual([
      'error',
      'message',
      'hint',
      'exit_code',
      'details',
    ])
  })
})
