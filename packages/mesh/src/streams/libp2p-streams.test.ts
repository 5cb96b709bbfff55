import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import {
  type AssignAnswer,
  type AssignAsk,
  assignProtocol,
  blobProtocol,
  type Nonce,
  pass,
  type Report,
  reportProtocol,
  type StreamProtocol,
  signMessage,
  type TaskId,
} from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import type { Mesh } from '../mesh.ts'
import { join, openHostile, openHosts } from '../testing/hosts.ts'
import { ana, ben, eve } from '../testing/keys.ts'
import { createSeen } from '../testing/until.ts'
import { describeStreams } from './streams.conformance.ts'

const taskId = '019f0000-0000-7000-8000-000000000001' as TaskId
const withdrawal: AssignAsk = {
  ask: 'withdraw',
  task_id: taskId,
  lease_epoch: 1,
  reason: 'cancelled',
}
const noted: AssignAnswer = { answered: 'noted' }

async function pair(): Promise<readonly [Mesh, Mesh]> {
  const [one, other] = await openHosts([ana, ben])
  await join(one!, other!)
  return [one!, other!]
}

describeStreams('streams over libp2p', async () => {
  const [one, other] = await pair()
  return { one: one.streams, other: other.streams, counters: () => other.counters() }
})

describe('a question', () => {
  test('reaches a peer that restarted, on a stream that had been kept', async () => {
    const [one, other] = await pair()
    const end = await other.streams.serve(assignProtocol, async () => pass(noted))
    await one.streams.ask(ben.peerId, assignProtocol, withdrawal)
    await end()
    const address = other.peers.addresses()[0]!
    await other.stop()
    const [again] = await openHosts([ben], { listen: [address.replace(/\/p2p\/.*/, '')] })
    await again!.streams.serve(assignProtocol, async () => pass(noted))
    await one.peers.connect(address)
    expect(await one.streams.ask(ben.peerId, assignProtocol, withdrawal)).toMatchObject({
      ok: true,
    })
  })
})

describe('a report', () => {
  test('of every kind crosses', async () => {
    const [one, other] = await pair()
    const reports: Report[] = [
      {
        report: 'signed',
        envelope: signMessage(
          'progress',
          { task_id: taskId, lease_epoch: 1, phase: 'running', percent: 50, gas: null },
          ana,
          { nonce: 'ab'.repeat(16) as Nonce, atMs: 1_790_000_000_000 },
        ),
        output: Uint8Array.of(1, 2, 3),
      },
      {
        report: 'run-failed',
        task_id: taskId,
        lease_epoch: 1,
        reason: 'the disk is full',
        code: null,
      },
      { report: 'rerun', task_id: taskId, checkpoint: 3, leaf: 'ab'.repeat(32) as never },
    ]
    const kept = createSeen<Report>()
    await other.streams.serve(reportProtocol, async (report) => {
      kept.add(report)
      return pass({ kept: true } as const)
    })
    for (const report of reports) await one.streams.ask(ben.peerId, reportProtocol, report)
    expect(kept.all).toEqual(reports)
  })
})

/** A peer that speaks bytes instead of the protocol, on a stream of its own. */
async function hostileStream(target: Mesh, id: string) {
  const host = await openHostile(eve)
  await host.dial(target.peers.addresses().map((address) => multiaddr(address)))
  const stream = await host.dialProtocol(peerIdFromString(target.peerId), id)
  const closed = new Promise<void>((resolve) => stream.addEventListener('close', () => resolve()))
  return { stream, closed }
}

describe('a hostile stream', () => {
  const garbage: readonly (readonly [what: string, bytes: readonly number[], counted: string])[] = [
    ['a frame of 4 GiB', [0xff, 0xff, 0xff, 0xff, 1], 'stream.oversized'],
    ['bytes that are not canonical', [0, 0, 0, 3, 0x9f, 1, 0xff], 'stream.garbage'],
    ['a question of no schema', [0, 0, 0, 1, 0xf6], 'stream.garbage'],
    ['an empty frame', [0, 0, 0, 0], 'stream.garbage'],
  ]
  for (const protocol of [
    assignProtocol,
    reportProtocol,
    blobProtocol,
  ] as readonly unknown[] as readonly Any[]) {
    test.each(garbage)(`on ${protocol.id}: %s is cut and counted`, async (_, bytes, counted) => {
      const [target] = await openHosts([ben])
      await target!.streams.serve(protocol, () => {
        throw new Error('nobody asked')
      })
      const { stream, closed } = await hostileStream(target!, protocol.id)
      stream.send(Uint8Array.from(bytes))
      await closed
      expect(target!.counters()).toMatchObject({ [counted]: 1 })
      expect(target!.peers.conductOf(eve.peerId)).toBeLessThan(-15)
    })
  }

  test('as an answer is the end of trust, after a while', async () => {
    const [one] = await openHosts([ana])
    const host = await openHostile(eve)
    await host.handle(assignProtocol.id, (stream) => {
      stream.addEventListener('message', () => stream.send(Uint8Array.of(0, 0, 0, 1, 0xf6)))
    })
    await one!.peers.connect(String(host.getMultiaddrs()[0]))
    const ask = () => one!.streams.ask(eve.peerId, assignProtocol, withdrawal)
    for (let i = 0; i < 6; i++) {
      await expect(ask()).rejects.toMatchObject({ code: 'PEER_MISBEHAVED' })
    }
    expect(one!.counters()).toMatchObject({ 'stream.bad-answer': 6, 'peer.shunned': 1 })
    await expect(ask()).rejects.toThrow('it is not asked')
    await expect(one!.peers.connect(String(host.getMultiaddrs()[0]))).rejects.toMatchObject({
      code: 'PEER_UNREACHABLE',
    })
  })
})

type Any = StreamProtocol<never, never>
