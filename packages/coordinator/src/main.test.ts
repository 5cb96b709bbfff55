import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { callerOf } from './testing/http-caller.ts'

const root = mkdtempSync(join(tmpdir(), 'vcp-main-'))
afterAll(() => rmSync(root, { recursive: true }))
const main = fileURLToPath(new URL('main.ts', import.meta.url))

function run(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--conditions=source', main, '--http-port', '0', ...args], {
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function firstLine(child: ChildProcess, stream: 'stdout' | 'stderr') {
  for await (const line of createInterface({ input: child[stream]! })) {
    return JSON.parse(line) as Readonly<Record<string, string>>
  }
  return expect.unreachable(`${stream} ended without a line`)
}

test('the program says where it listens, and ends with 0 when it is told to stop', async () => {
  const child = run(['--data-dir', join(root, 'data')])
  const exited = once(child, 'exit')
  const { url = '', setup_token, mesh, newcomers } = await firstLine(child, 'stdout')
  expect(setup_token).toMatch(/^[\w-]{32}$/)
  expect(mesh).toMatchObject({ addresses: [expect.stringMatching(/^\/ip4\/127/)] })
  expect(newcomers).toBe('operator')
  expect((await callerOf(url).call('health')).json).toMatchObject({ ready: true })
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
})

test.each([
  [['--colour'], 'USAGE', 2],
  [['--set', 'http.prot=1'], 'CONFIG_KEY_UNKNOWN', 3],
])('the program ends on %j with %s', async (args, code, exitCode) => {
  const child = run(args)
  const exited = once(child, 'exit')
  expect(await firstLine(child, 'stderr')).toMatchObject({ level: 'error', code })
  expect(await exited).toEqual([exitCode, null])
})
