import type { Nonce } from '@vcp/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { registrationOf, telemetry } from '../core/testing/samples.ts'
import { signIn } from '../testing/http-caller.ts'
import { type MeshedServer, startMeshedServer } from '../testing/meshed-server.ts'
import { signedNode } from '../testing/signed-node.ts'

async function started(...options: Parameters<typeof startMeshedServer>): Promise<MeshedServer> {
  const server = await startMeshedServer(...options)
  onTestFinished(() => server.stop())
  return server
}

const runOf = (byte: number) => byte.toString(16).padStart(32, '0') as Nonce
const addressOf = (byte: number) => signedNode(byte).wallet.address.toLowerCase() as never

describe('a node that comes by the mesh', () => {
  test('is registered for the account of its owner’s wallet, and told the terms', async () => {
    const server = await started()
    const node = await server.node(1, false)
    const answer = await node.register()
    const account = await server.accountStore.accounts.byAddress(addressOf(1))
    expect(account).toMatchObject({ role: 'operator', userName: null })
    expect(answer).toMatchObject({
      ok: true,
      value: {
        answered: 'registered',
        node: { peer_id: node.peerId, owner_id: account!.accountId, owner_address: addressOf(1) },
        terms: {
          network: 'test',
          http_url: server.url,
          log_key: server.logKey,
          heartbeat_ms: 10_000,
          lease_ms: 30_000,
        },
      },
    })
    expect(server.loop.state.accounts.has(account!.accountId)).toBe(true)
  })

  test('twice is the same node of the same account', async () => {
    const server = await started()
    const node = await server.node(1)
    const size = () => server.loop.state.nextIndex
    const before = size()
    expect(await node.register()).toMatchObject({ ok: true })
    expect([size(), server.loop.state.nodes.size]).toEqual([before, 1])
  })

  test('is refused without its owner’s word, or with another’s', async () => {
    const server = await started()
    const node = await server.node(1, false)
    const other = signedNode(2)
    const refused = async (changes: Parameters<typeof node.register>[0], code: string) =>
      expect(await node.register(changes)).toMatchObject({ ok: false, code })
    await refused({ binding: null }, 'BINDING_INVALID')
    await refused({ binding: other.binding() }, 'BINDING_INVALID')
    await refused({ binding: node.binding('elsewhere') }, 'BINDING_INVALID')
    await refused({ binding: { ...node.binding(), owner: addressOf(2) } }, 'BINDING_INVALID')
    await refused(other.registration(), 'SIGNER_UNEXPECTED')
    const forged = { ...node.registration().registration, nonce: runOf(7) }
    await refused({ registration: forged }, 'SIGNATURE_INVALID')
    expect(server.loop.state.nodes.size).toBe(0)
    expect(await server.accountStore.accounts.byAddress(addressOf(1))).toBeNull()
  })

  test.each([
    ['no newcomer is taken', null],
    ['newcomers may not run nodes', 'submitter'],
  ] as const)('is refused where %s', async (_, newcomerRole) => {
    const server = await started({ accounts: { newcomerRole } })
    const node = await server.node(1, false)
    expect(await node.register()).toMatchObject({ ok: false, code: 'NOT_ALLOWED' })
  })

  test('is let in by a clock that is wrong', async () => {
    const server = await started()
    const node = await server.node(1, false)
    const registration = node.sign('registration', registrationOf('node-1'), Date.now() + 3_600_000)
    expect(await node.register({ registration })).toMatchObject({ ok: true })
    const late = node.sign('heartbeat', telemetry, 0)
    expect(await node.say({ ask: 'heartbeat', heartbeat: late })).toMatchObject({ ok: true })
  })
})

describe('a node that is known', () => {
  /** Binds node 1 by the wallet of another. */
  const boundBy = (owner: number) => {
    const { wallet } = signedNode(owner)
    return signedNode(1, 'node-1', wallet).binding()
  }

  test('is not bound to another wallet by its own key alone', async () => {
    const server = await started()
    const node = await server.node(1)
    expect(await node.register({ binding: boundBy(2) })).toMatchObject({ code: 'CONFLICT' })
    expect(await node.register({ binding: null })).toMatchObject({
      value: { node: { owner_address: addressOf(1) } },
    })
  })

  test('keeps the account that registered it, which is paid as before', async () => {
    const server = await started()
    const owner = await signIn(server.url, 'owner')
    const { registration } = signedNode(1).registration()
    const made = await owner.call('registerNode', { body: { registration, binding: null } })
    const node = await server.node(1, false)
    for (const binding of [node.binding(), null]) {
      expect(await node.register({ binding })).toMatchObject({
        value: { node: { owner_id: made.json['owner_id'], owner_address: null } },
      })
    }
  })

  test('is heard, and set to work or rest by its operator', async () => {
    const server = await started()
    const node = await server.node(1)
    const heartbeat = node.sign('heartbeat', { ...telemetry, latency_ms: 33 })
    const heard = { answered: 'heard', peer_id: node.peerId }
    expect(await node.say({ ask: 'heartbeat', heartbeat })).toMatchObject({
      value: { ...heard, mode: 'active' },
    })
    expect(server.loop.state.nodes.get(node.peerId)!.latencyMs).toBe(33)
    expect(await node.say({ ask: 'mode', mode: 'draining' })).toMatchObject({
      value: { ...heard, mode: 'draining' },
    })
    const stranger = await server.node(2, false)
    expect(await stranger.say({ ask: 'mode', mode: 'paused' })).toMatchObject({ code: 'NOT_FOUND' })
    const own = stranger.sign('heartbeat', telemetry)
    expect(await stranger.say({ ask: 'heartbeat', heartbeat: own })).toMatchObject({
      code: 'NOT_FOUND',
    })
    expect(await stranger.say({ ask: 'heartbeat', heartbeat })).toMatchObject({
      code: 'SIGNER_UNEXPECTED',
    })
  })

  test('on two machines is the one that registered last; the other hears of it', async () => {
    const server = await started()
    const node = await server.node(1, false)
    const beat = (byte: number) => {
      const heartbeat = node.sign('heartbeat', telemetry)
      return node.say({ ask: 'heartbeat', run: runOf(byte), heartbeat })
    }
    await node.register({ run: runOf(1) })
    expect(await beat(1)).toMatchObject({ ok: true })
    await node.register({ run: runOf(2) })
    expect(await beat(1)).toMatchObject({ code: 'NODE_KEY_IN_USE' })
    expect(await node.register({ run: runOf(1) })).toMatchObject({ code: 'NODE_KEY_IN_USE' })
    expect(await beat(2)).toMatchObject({ ok: true })
    expect(await node.register({ run: runOf(2) })).toMatchObject({ ok: true })
  })

  test('is answered no more once the coordinator stops', async () => {
    const server = await started()
    const node = await server.node(1)
    await server.stop()
    await expect(node.register()).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' })
  })
})
