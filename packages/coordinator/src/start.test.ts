import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readValues } from './config/read-values.ts'
import { taskIdOf, wasmTask } from './core/testing/samples.ts'
import { start } from './start.ts'
import { callerOf, signIn } from './testing/http-caller.ts'

const root = mkdtempSync(join(tmpdir(), 'vcp-start-'))
afterAll(() => rmSync(root, { recursive: true }))

function begin(folder: string, flags: Readonly<Record<string, string>> = {}) {
  const sources = { flags: { 'http.port': '0', ...flags }, env: {}, file: join(root, 'none') }
  const dataDir = join(root, folder)
  const nothing = () => undefined
  return start({ dataDir, values: readValues(sources), talk: nothing, carryOut: nothing })
}

test('a coordinator that is started again has all that it acknowledged', async () => {
  const first = await begin('again')
  const admin = await signIn(first.url, 'root_1', first.setupToken ?? '')
  const task = { task_id: taskIdOf(1), task: wasmTask() }
  expect((await admin.call('submitTask', { body: task })).status).toBe(201)
  const { text: head } = await admin.call('ledgerHead')
  await first.stop()

  const second = await begin('again')
  const again = callerOf(second.url, admin.headers)
  expect(second.setupToken).toBeNull()
  expect((await again.call('getTask', { params: { id: taskIdOf(1) } })).json).toMatchObject({
    status: 'pending',
  })
  const [origin] = (await again.call('ledgerHead')).text.split('\n')
  expect(origin).toBe(head.split('\n')[0])
  const log = await again.call('auditLog')
  expect(log.text).toContain('root_1')
  await second.stop()
})

test('a second coordinator on the same data is refused, and the first goes on', async () => {
  const first = await begin('twice')
  await expect(begin('twice')).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE' })
  expect((await callerOf(first.url).call('health')).status).toBe(200)
  await first.stop()
})

test('an address that is taken is an error with a hint, and closes what was opened', async () => {
  const first = await begin('taken-1')
  const port = new URL(first.url).port
  const second = begin('taken-2', { 'http.port': port })
  await expect(second).rejects.toMatchObject({ code: 'CONFIG_VALUE_INVALID' })
  await first.stop()
  const third = await begin('taken-2')
  await third.stop()
})

test('secrets are for their owner alone', async () => {
  const coordinator = await begin('secrets')
  for (const name of ['accounts.key', 'log.key']) {
    expect(statSync(join(root, 'secrets', name)).mode & 0o777).toBe(0o600)
  }
  await coordinator.stop()
})
