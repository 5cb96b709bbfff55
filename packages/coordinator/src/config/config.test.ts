import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readCommandLine } from './command-line.ts'
import { keyNames, keys, variableOf } from './keys.ts'
import { readValues } from './read-values.ts'

const folder = mkdtempSync(join(tmpdir(), 'vcp-config-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
function fileOf(content: string): string {
  files += 1
  const file = join(folder, `${files}.json`)
  writeFileSync(file, content)
  return file
}
const none = { flags: {}, env: {}, file: join(folder, 'none.json') }

describe('the configuration of a coordinator', () => {
  test('has a default for every key that its own schema takes', () => {
    const values = readValues(none)
    for (const name of keyNames)
      expect(keys[name].schema.safeParse(values[name]).error).toBeUndefined()
    expect(values).toMatchObject({ 'http.port': 8420, 'rates.auth.per_minute': 10 })
  })

  test('comes from a flag, else the environment, else the file, else the default', () => {
    const file = fileOf('{"http": {"port": 1, "host": "::1"}, "network.name": "one"}')
    const env = { VCP_COORDINATOR_HTTP_PORT: '2', VCP_COORDINATOR_NETWORK_NAME: 'two' }
    const values = readValues({ flags: { 'http.port': '3' }, env, file })
    expect(values).toMatchObject({ 'http.port': 3, 'network.name': 'two', 'http.host': '::1' })
  })

  test('takes lists with commas and numbers as text', () => {
    const env = { [variableOf('http.cors_origins')]: 'https://a.example,https://b.example' }
    const values = readValues({ ...none, env })
    expect(values['http.cors_origins']).toEqual(['https://a.example', 'https://b.example'])
  })

  test('leaves the variable alone by which vcp finds a coordinator', () => {
    const env = { VCP_COORDINATOR_URL: 'http://127.0.0.1:1', PATH: '/bin', VCP_DATA_DIR: '/x' }
    expect(readValues({ ...none, env })['http.port']).toBe(8420)
  })

  test.each([
    ['a flag', { flags: { 'http.prot': '1' } }],
    ['a variable', { env: { VCP_COORDINATOR_HTTP_PROT: '1' } }],
    ['a file', { file: fileOf('{"http": {"prot": 1}}') }],
  ])('is refused where %s has a key that nobody knows', (_, sources) => {
    const read = () => readValues({ ...none, ...sources })
    expect(read).toThrow(expect.objectContaining({ code: 'CONFIG_KEY_UNKNOWN' }))
  })

  test.each([
    ['http.port', '70000'],
    ['http.port', 'x'],
    ['accounts.access_seconds', '86401'],
    ['accounts.newcomers', 'admin'],
    ['http.public_url', 'ftp://a.example'],
    ['database.url', 'mysql://a'],
  ])('is refused where %s is %s', (name, value) => {
    const read = () => readValues({ ...none, flags: { [name]: value } })
    expect(read).toThrow(expect.objectContaining({ code: 'CONFIG_VALUE_INVALID' }))
  })

  test('never shows a secret, not even a wrong one', () => {
    const env = { VCP_COORDINATOR_ACCOUNTS_SECRET: 'abcdefg' }
    const read = () => readValues({ ...none, env })
    expect(read).toThrow(expect.objectContaining({ code: 'CONFIG_VALUE_INVALID' }))
    expect(read).not.toThrow('abcdefg')
  })

  test.each(['{', '[]', '3'])('is refused where the file holds %s', (content) => {
    const read = () => readValues({ ...none, file: fileOf(content) })
    expect(read).toThrow(expect.objectContaining({ code: 'CONFIG_FILE_CORRUPT' }))
  })
})

describe('the command line', () => {
  test('names the data folder, and keys by their short flags', () => {
    const argv = ['--data-dir', '/d', '--http-port', '0', '--set', 'match.strategy=round-robin']
    expect(readCommandLine(argv, {})).toEqual({
      dataDir: '/d',
      file: '/d/coordinator.json',
      flags: { 'http.port': '0', 'match.strategy': 'round-robin' },
    })
    expect(readCommandLine([], { VCP_COORDINATOR_DATA_DIR: '/e' }).dataDir).toBe('/e')
  })

  test.each([[['--colour']], [['start']], [['--set', 'x']]])('refuses %j', (argv) => {
    expect(() => readCommandLine(argv, {})).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})
