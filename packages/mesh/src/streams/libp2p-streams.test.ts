import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import {
  type AssignAnswer,
  type AssignAsk,
  assignProtocol,
  blobProtocol,
  cidOf,
  type Nonce,
  type PeerId,
  pass,
  type Report,
  refuse,
  reportProtocol,
  type StreamProtocol,
  signMessage,
  type TaskId,
  VcpError,
} from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import type { Mesh } from '../mesh.ts'
import { join, openHostile, openHosts } from '../testing/hosts.ts'
import { ana, ben, eve } from '../testing/keys.ts'
import { createSeen } from '../testing/until.ts'

const taskId = '019f0000-0000-7000-8000-000000000001' as TaskId
const cid = cidOf('raw', new Uint8Array())
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

describe('a question', () => {
  test('gets its answer, with who asked known from the connection', async () => {
    const [one, other] = await pair()
    const asked = createSeen<readonly [AssignAsk, PeerId]>()
    await other.streams.serve(assignProtocol, async (ask, from) => {
      asked.add([ask, from])
      return pass(noted)
    })
    const answer = await one.streams.ask(ben.peerId, assignProtocol, withdrawal)
    expect(answer).toMatchObject({ ok: true, value: noted })
    expect(asked.all).toEqual([[withdrawal, ana.peerId]])
  })

  test('can be refused, with code and reason', async () => {
    const [one, other] = await pair()
    await other.streams.serve(assignProtocol, async () => refuse('LEASE_STALE', 'epoch 1 of 2'))
    const answer = await one.streams.ask(ben.peerId, assignProtocol, withdrawal)
    expect(answer).toEqual(refuse('LEASE_STALE', 'epoch 1 of 2'))
  })

  test('gets the code of what failed at the other end', async () => {
    const [one, other] = await pair()
    await other.streams.serve(assignProtocol, async () => {
      throw new VcpError('JOURNAL_FAILED', { message: 'the disk is gone' })
    })
    const answer = await one.streams.ask(ben.peerId, assignProtocol, withdrawal)
    expect(answer).toEqual(refuse('JOURNAL_FAILED', 'the disk is gone'))
  })

  test('comes with bytes in its answer, many at once on one connection', async () => {
    const [one, other] = await pair()
    const payloadOf = (offset: number) =>
      Uint8Array.from({ length: 100_000 + offset }, (_, i) => (i * 7 + offset) & 0xff)
    await other.streams.serve(blobProtocol, async (ask) => {
      const offset = ask.want === 'piece' ? ask.offset : 0
      return { ok: true, value: { bytes: offset }, payload: payloadOf(offset) }
    })
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, offset) =>
        one.streams.ask(ben.peerId, blobProtocol, { want: 'piece', cid, offset, length: 1 }),
      ),
    )
    for (const [offset, answer] of answers.entries()) {
      expect(answer).toMatchObject({ ok: true, value: { bytes: offset } })
      const payload = answer.ok ? answer.payload : new Uint8Array()
      expect(Buffer.compare(payload, payloadOf(offset))).toBe(0)
    }
  })

  test('ends at its deadline', async () => {
    const [one, other] = await pair()
    await other.streams.serve(assignProtocol, () => new Promise(() => undefined))
    const impatient = { ...assignProtocol, deadlineMs: 50 }
    await expect(one.streams.ask(ben.peerId, impatient, withdrawal)).rejects.toMatchObject({
      code: 'PEER_TIMEOUT',
    })
  })

  test('ends when it is not wanted any more', async () => {
    const [one, other] = await pair()
    const controller = new AbortController()
    await other.streams.serve(assignProtocol, () => {
      controller.abort(new Error('changed my mind'))
      return new Promise(() => undefined)
    })
    const asked = one.streams.ask(ben.peerId, assignProtocol, withdrawal, controller.signal)
    await expect(asked).rejects.toThrow('changed my mind')
  })

  test('fails where nobody answers its protocol, or nobody is there', async () => {
    const [one] = await pair()
    for (const peerId of [ben.peerId, eve.peerId]) {
      await expect(one.streams.ask(peerId, assignProtocol, withdrawal)).rejects.toMatchObject({
        code: 'PEER_UNREACHABLE',
      })
    }
  })

  test('too large for its protocol is not sent', async () => {
    const [one] = await pair()
    const narrow = { ...assignProtocol, askBytesMax: 10 }
    await expect(one.streams.ask(ben.peerId, narrow, withdrawal)).rejects.toMatchObject({
      code: 'TOO_LARGE',
    })
  })

  test('beyond the rate of its protocol is refused', async () => {
    const [one, other] = await pair()
    const slow = { ...assignProtocol, asksPerSecond: 2 }
    await other.streams.serve(slow, async () => pass(noted))
    const answers = []
    for (let i = 0; i < 6; i++) answers.push(await one.streams.ask(ben.peerId, slow, withdrawal))
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true, false, false])
    expect(answers.at(-1)).toMatchObject({ code: 'RATE_LIMITED' })
    expect(other.counters()).toMatchObject({ 'stream.ask': 4, 'stream.haste': 2 })
  })

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
      },
      { report: 'run-failed', task_id: taskId, lease_epoch: 1, reason: 'the disk is full' },
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
