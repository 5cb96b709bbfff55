import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run, temporaryFolder } from '../testing/host.ts'
import { keyNames, keys, variableOf } from './keys.ts'

function withFile(content: string): string {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'config.json'), content, { mode: 0o600 })
  return folder
}

async function show(folder: string, env = {}, flags: readonly string[] = []) {
  const ran = await run(['config', 'show', '--origin', '--json', '--data-dir', folder, ...flags], {
    env,
  })
  expect(ran.err).toBe('')
  const { settings } = JSON.parse(ran.out) as {
    settings: readonly { key: string; value: unknown; origin: { from: string } }[]
  }
  return settings.find(({ key }) => key === 'coordinator.url')
}

describe('a setting', () => {
  test('comes from a flag, else the environment, else the file, else its default', async () => {
    const folder = withFile('{"coordinator": {"url": "http://file.example"}}')
    const env = { VCP_COORDINATOR_URL: 'http://environment.example' }
    const flag = ['--coordinator', 'http://flag.example/']
    expect(await show(folder, env, flag)).toMatchObject({
      value: 'http://flag.example',
      origin: { from: 'flag' },
    })
    expect(await show(folder, env, ['--set', 'coordinator.url=http://set.example'])).toMatchObject({
      value: 'http://set.example',
      origin: { from: 'flag' },
    })
    expect(await show(folder, env)).toMatchObject({
      value: 'http://environment.example',
      origin: { from: 'environment', variable: 'VCP_COORDINATOR_URL' },
    })
    expect(await show(folder)).toMatchObject({
      value: 'http://file.example',
      origin: { from: 'file', file: join(folder, 'config.json') },
    })
    expect(await show(temporaryFolder())).toMatchObject({
      value: 'http://127.0.0.1:8420',
      origin: { from: 'default' },
    })
  })

  test.each(keyNames)('%s has a default that its own schema takes, and a variable', (name) => {
    expect(keys[name].schema.safeParse(keys[name].default).success).toBe(true)
    expect(variableOf(name)).toMatch(/^VCP_[A-Z_]+$/)
  })

  test('is written, read back and taken out again', async () => {
    const folder = join(temporaryFolder(), 'new')
    const at = ['--data-dir', folder]
    expect((await run(['config', 'set', 'node.listen_port', '9000', ...at])).exitCode).toBe(0)
    expect(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'))).toEqual({
      node: { listen_port: 9000 },
    })
    expect((await run(['config', 'get', 'node.listen_port', ...at])).out).toBe('9000\n')
    expect((await run(['config', 'unset', 'node.listen_port', ...at])).out).toContain('is gone')
    expect((await run(['config', 'get', 'node.listen_port', ...at])).out).toBe('8421\n')
    expect((await run(['config', 'unset', 'node.listen_port', ...at])).out).toContain('was not in')
  })

  test('is read without making the data folder', async () => {
    const folder = join(temporaryFolder(), 'absent')
    await run(['config', 'show', '--data-dir', folder])
    expect(() => readFileSync(folder)).toThrow('ENOENT')
  })
})

describe('bad configuration is one error that says where it stands', () => {
  test.each([
    [
      'an unknown key in the file',
      '{"cordinator": {"url": "http://x"}}',
      'CONFIG_KEY_UNKNOWN',
      'Did you mean coordinator.url?',
    ],
    ['a key that is nothing like any', '{"zzzzzzzz": 1}', 'CONFIG_KEY_UNKNOWN', 'vcp config show'],
    [
      'a value of another kind',
      '{"node": {"listen_port": "many"}}',
      'CONFIG_VALUE_INVALID',
      'node.listen_port',
    ],
    ['a value out of bounds', '{"node": {"listen_port": 70000}}', 'CONFIG_VALUE_INVALID', '70000'],
    [
      'a URL of another kind',
      '{"coordinator": {"url": "file:///etc/passwd"}}',
      'CONFIG_VALUE_INVALID',
      'coordinator.url',
    ],
    ['no JSON', '{"coordinator": ', 'CONFIG_FILE_CORRUPT', 'not valid JSON'],
    ['a list', '[1, 2]', 'CONFIG_FILE_CORRUPT', 'JSON object'],
    ['nothing', '', 'CONFIG_FILE_CORRUPT', 'not valid JSON'],
  ])('%s', async (_, content, code, words) => {
    const folder = withFile(content)
    const ran = await run(['config', 'show', '--data-dir', folder])
    expect(ran).toMatchObject({ exitCode: 3, out: '' })
    expect(ran.err).toContain(`[${code}]`)
    expect(ran.err).toContain(words)
    expect(ran.err).toContain('do this')
    expect(ran.err).not.toContain('    at ')
    expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe(content)
  })

  test('an unknown variable, with the one it resembles', async () => {
    const env = { VCP_COORDINATOR_URI: 'http://x' }
    const ran = await run(['config', 'show', '--data-dir', temporaryFolder()], { env })
    expect(ran.exitCode).toBe(3)
    expect(ran.err).toContain('Did you mean VCP_COORDINATOR_URL?')
  })

  test('a variable that is a key of the coordinator is not looked at', async () => {
    const env = { VCP_COORDINATOR_HTTP_PORT: '8420' }
    const ran = await run(['config', 'show', '--data-dir', temporaryFolder()], { env })
    expect(ran.exitCode).toBe(0)
  })

  test('an unknown key on the command line, in every command', async () => {
    const at = ['--data-dir', temporaryFolder()]
    for (const argv of [
      ['config', 'set', 'nodes.name', 'x'],
      ['config', 'get', 'nodes.name'],
      ['key', 'show', '--set', 'nodes.name=x'],
    ]) {
      const ran = await run([...argv, ...at])
      expect(ran.exitCode).toBe(3)
      expect(ran.err).toContain('Did you mean node.name?')
    }
    expect((await run(['key', 'show', '--set', 'novalue', ...at])).exitCode).toBe(2)
  })

  test('a bad value is refused before the file is touched', async () => {
    const folder = withFile('{"node": {"listen_port": 9000}}')
    const ran = await run([
      'config',
      'set',
      'node.listen_port',
      '70000',
      '--data-dir',
      folder,
      '--json',
    ])
    expect(ran).toMatchObject({ exitCode: 3, out: '' })
    expect(JSON.parse(ran.err)).toMatchObject({ error: 'CONFIG_VALUE_INVALID', exit_code: 3 })
    expect(readFileSync(join(folder, 'config.json'), 'utf8')).toContain('9000')
  })

  test('a corrupt file is not overwritten by config set', async () => {
    const folder = withFile('{"node": ')
    expect((await run(['config', 'set', 'node.name', 'x', '--data-dir', folder])).exitCode).toBe(3)
    expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe('{"node": ')
  })

  test('a folder in the place of the file', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'config.json'))
    const ran = await run(['config', 'show', '--data-dir', folder])
    expect(ran.exitCode).toBe(3)
    expect(ran.err).toContain('config.json')
  })
})
