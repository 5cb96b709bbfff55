// `vcp coordinator start` as an operator meets it, in processes of their own.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { cidOf } from '@vcp/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { callerOf } from './kill-coordinator/caller.ts'

const main = fileURLToPath(new URL('../packages/cli/src/main.ts', import.meta.url))

interface Started {
  readonly child: ChildProcess
  /** The first line of stdout, or all of stderr where there is none. */
  readonly first: Promise<string>
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
  readonly text: { out: string; err: string }
}

function start(dataDir: string, ...more: readonly string[]): Started {
  const argv = ['coordinator', 'start', '--http-port', '0', '--data-dir', dataDir, ...more]
  const child = spawn(process.execPath, ['--conditions=source', main, ...argv], {
    env: { PATH: process.env['PATH'], VCP_COORDINATOR_NETWORK_NAME: 'e2e' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // The coordinator ends when this one does, however that comes about.
  onTestFinished(() => void child.kill('SIGKILL'))
  const text = { out: '', err: '' }
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.err += chunk))
  const line = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (each) => {
      text.out += `${each}\n`
      resolve(each)
    })
  })
  return { child, first: Promise.race([line, ended.then(() => text.err)]), ended, text }
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'vcp-e2e-coordinator-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true, maxRetries: 10 }))
  return made
}

test('a coordinator is started, used, stopped and started again, and has all it had', async () => {
  const dataDir = folder()
  const first = start(dataDir, '--json')
  const { url, setup_token, log_key } = JSON.parse(await first.first)
  const who = { username: 'root_1', password: 'correct horse' }
  const anybody = callerOf(url, {})
  expect(await anybody('register', { body: { ...who, setup_token } })).toMatchObject({
    role: 'admin',
  })
  const { access_token } = (await anybody('login', { body: who })) as { access_token: string }
  const headers = { authorization: `Bearer ${access_token}` }
  const task_id = '01900000-0000-7000-8000-000000000001'
  const module = cidOf('raw', new Uint8Array(8))
  const task = { task_type: 'wasm_execution', inputs: { module, call: { kind: 'wasi' } } }
  const submitted = await callerOf(url, headers)('submitTask', { body: { task_id, task } })
  expect(submitted).toMatchObject({ task_id, status: 'pending' })
  first.child.kill('SIGTERM')
  expect(await first.ended).toEqual({ code: 0, signal: null })
  expect(first.text.err).toContain('the state is kept')

  const second = start(dataDir, '--json')
  const again = JSON.parse(await second.first)
  expect(again).toMatchObject({ setup_token: null, log_key })
  const shown = await callerOf(again.url, headers)('getTask', { params: { id: task_id } })
  expect(shown).toEqual(submitted)
  second.child.kill('SIGINT')
  expect(await second.ended).toEqual({ code: 0, signal: null })
})

test('a person is shown what they need, and a second coordinator is refused', async () => {
  const dataDir = folder()
  const first = start(dataDir)
  expect(await first.first).toMatch(/^coordinator {4}http:\/\/127\.0\.0\.1:\d+$/)
  const second = start(dataDir)
  expect(await second.ended).toEqual({ code: 3, signal: null })
  expect(second.text.out).toBe('')
  expect(second.text.err).toContain('[DATA_FOLDER_IN_USE]')
  expect(second.text.err).toContain('do this')
  first.child.kill('SIGTERM')
  expect(await first.ended).toEqual({ code: 0, signal: null })
  for (const name of ['documentation', 'nodes join at', 'data', 'log key', 'setup token']) {
    expect(first.text.out).toMatch(new RegExp(`^${name} {2,}\\S`, 'm'))
  }
})

test('a coordinator does not outlive the command that started it', async () => {
  const dataDir = folder()
  const first = start(dataDir, '--json')
  const { url } = JSON.parse(await first.first)
  first.child.kill('SIGKILL')
  await first.ended
  // It sees that the channel broke, and stops as it does at a signal.
  await expect.poll(() => callerOf(url, {})('health'), { timeout: 20_000 }).toBeNull()
})
