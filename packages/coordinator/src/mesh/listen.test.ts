// The coordinator over real libp2p, on loopback.
import { createServer } from 'node:net'
import { openMesh } from '@vcp/mesh'
import { blobProtocol, signerFrom, VcpError } from '@vcp/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readValues } from '../config/read-values.ts'
import { taskIdOf, wasmTask } from '../core/testing/samples.ts'
import { signIn } from '../testing/http-caller.ts'
import { resultOf, scriptedNode } from '../testing/scripted-node.ts'
import { startTestServer } from '../testing/test-server.ts'
import { listenOf, type MeshValues, openListener } from './listen.ts'

const signer = signerFrom(new Uint8Array(32).fill(0xc1))

function valuesOf(flags: Readonly<Record<string, string>> = {}): MeshValues {
  const sources = { flags: { 'http.port': '0', ...flags }, env: {}, file: '/nowhere/none.json' }
  return readValues(sources)
}

describe('where the mesh listens', () => {
  test.each([
    [{ 'http.port': '8420' }, '/ip4/127.0.0.1/tcp/8422'],
    [{ 'http.host': 'localhost' }, '/ip4/127.0.0.1/tcp/0'],
    [{ 'http.host': '::', 'http.port': '80' }, '/ip6/::/tcp/82'],
    [{ 'mesh.listen': '/ip4/10.0.0.1/tcp/1' }, '/ip4/10.0.0.1/tcp/1'],
  ])('follows from %j', (flags, address) => {
    expect(listenOf(valuesOf(flags))).toEqual([address])
  })

  test('has to be said where http.host is a name', () => {
    const listen = () => listenOf(valuesOf({ 'http.host': 'coordinator.example' }))
    expect(listen).toThrow(expect.objectContaining({ code: 'CONFIG_VALUE_INVALID' }))
  })

  test('is told by its key where it is taken', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    const values = valuesOf({ 'mesh.listen': `/ip4/127.0.0.1/tcp/${port}` })
    const error = await openListener(values, signer, {} as never).catch((cause) => cause)
    expect(error).toBeInstanceOf(VcpError)
    expect(error).toMatchObject({ code: 'CONFIG_VALUE_INVALID', details: { key: 'mesh.listen' } })
    expect(error.hint).toContain('--listen')
  })
})

test('a node joins over TCP, is given a task, and its result is accepted', async () => {
  const values = valuesOf({ 'network.name': 'test' })
  const server = await startTestServer({
    mesh: { signer, open: (roster) => openListener(values, signer, roster) },
  })
  onTestFinished(() => server.stop())
  const submitter = await signIn(server.url, 'submitter')
  const { json: health } = await submitter.call('health')
  const address = server.mesh!.addresses()[0]!
  expect(health['mesh']).toEqual({ peer_id: signer.peerId, addresses: [address] })
  expect(address).toMatch(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\//)

  const node = await scriptedNode(1, {
    peerId: signer.peerId,
    async join(of, roster) {
      const mesh = await openMesh({
        ...{ signer: of.signer, roster, network: 'test' },
        profile: 'loopback',
      })
      onTestFinished(() => mesh.stop())
      return mesh
    },
  })
  expect(await node.mesh.peers.connect(address)).toBe(signer.peerId)
  expect(await node.register()).toMatchObject({ ok: true })
  const body = { task_id: taskIdOf(1), task: wasmTask() }
  await submitter.call('submitTask', { body })
  const { offer } = await node.asked('offer')
  const output = 'x'.repeat(1_500_000)
  await node.keep(Buffer.from(output))
  const result = resultOf(offer, output)
  expect(await node.commit(result)).toMatchObject({ ok: true })
  await node.asked('reveal')
  expect(await node.reveal(result)).toMatchObject({ ok: true })
  const shown = await submitter.call('getTask', { params: { id: taskIdOf(1) } })
  expect(shown.json).toMatchObject({ status: 'completed' })
  const blob = await submitter.call('getBlob', { params: { cid: result.output } })
  expect(blob.text === output).toBe(true)
  const stranger = await openMesh({
    ...{ signer: signerFrom(new Uint8Array(32).fill(0xee)), network: 'test' },
    ...{ profile: 'loopback', roster: {} as never },
  })
  onTestFinished(() => stranger.stop())
  await stranger.peers.connect(address)
  const ask = { want: 'manifest', cid: result.output } as const
  expect(await stranger.streams.ask(signer.peerId, blobProtocol, ask)).toMatchObject({
    code: 'NOT_FOUND',
  })
  expect(await node.mesh.streams.ask(signer.peerId, blobProtocol, ask)).toMatchObject({
    value: { bytes: 1_500_000 },
  })
})
