import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readValues } from './config/read-values.ts'
import { taskIdOf, wasmTask } from './core/testing/samples.ts'
import { newcomersOf, start } from './start.ts'
import { callerOf, signIn } from './testing/http-caller.ts'

const root = mkdtempSync(join(tmpdir(), 'vcp-start-'))
afterAll(() => rmSync(root, { recursive: true }))

function begin(folder: string, flags: Readonly<Record<string, string>> = {}) {
  const sources = { flags: { 'http.port': '0', ...flags }, env: {}, file: join(root, 'none') }
  const dataDir = join(root, folder)
  return start({ dataDir, values: readValues(sources), talk: () => undefined })
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
  for (const name of ['accounts.key', 'log.key', 'peer.key']) {
    expect(statSync(join(root, 'secrets', name)).mode & 0o777).toBe(0o600)
  }
  await coordinator.stop()
})

test('an address of the mesh that is taken is an error that names its key', async () => {
  const first = await begin('mesh-1')
  const [address] = first.mesh!.addresses()
  const flags = { 'mesh.listen': address!.replace(/\/p2p\/.*/, '') }
  await expect(begin('mesh-2', flags)).rejects.toMatchObject({
    code: 'CONFIG_VALUE_INVALID',
    details: { key: 'mesh.listen' },
  })
  await first.stop()
  const second = await begin('mesh-2', flags)
  expect(second.mesh!.peerId).not.toBe(first.mesh!.peerId)
  const { json } = await callerOf(second.url).call('health')
  expect(json['mesh']).toEqual({
    peer_id: second.mesh!.peerId,
    addresses: second.mesh!.addresses(),
  })
  await second.stop()
})

test('without a mesh it says so, and takes tasks all the same', async () => {
  const coordinator = await begin('alone', { 'mesh.enabled': 'false' })
  expect(coordinator.mesh).toBeNull()
  expect((await callerOf(coordinator.url).call('health')).json).toMatchObject({ mesh: null })
  await coordinator.stop()
})

test('newcomers are operators where only this machine can come, and nobody elsewhere', () => {
  const roleAt = (flags: Readonly<Record<string, string>>) =>
    newcomersOf(readValues({ flags, env: {}, file: join(root, 'none') }))
  expect(roleAt({})).toBe('operator')
  expect(roleAt({ 'http.host': '::1' })).toBe('operator')
  expect(roleAt({ 'http.host': '0.0.0.0' })).toBe('none')
  expect(roleAt({ 'http.host': '0.0.0.0', 'accounts.newcomers': 'submitter' })).toBe('submitter')
})
