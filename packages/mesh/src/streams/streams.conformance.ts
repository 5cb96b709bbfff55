// What every implementation of Streams does.
import {
  type AssignAnswer,
  type AssignAsk,
  assignProtocol,
  blobProtocol,
  cidOf,
  type PeerId,
  pass,
  refuse,
  type TaskId,
  VcpError,
} from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import type { Counts } from '../counters.ts'
import { ana, ben, eve } from '../testing/keys.ts'
import { createSeen } from '../testing/until.ts'
import type { Streams } from './streams.ts'

const cid = cidOf('raw', new Uint8Array())
const withdrawal: AssignAsk = {
  ask: 'withdraw',
  task_id: '019f0000-0000-7000-8000-000000000001' as TaskId,
  lease_epoch: 1,
  reason: 'cancelled',
}
const noted: AssignAnswer = { answered: 'noted' }

export interface StreamsPair {
  /** Ana's. */
  readonly one: Streams
  /** Ben's. */
  readonly other: Streams
  counters(): Counts
}

export function describeStreams(name: string, open: () => Promise<StreamsPair>): void {
  describe(`${name}: a question`, () => {
    test('gets its answer, with who asked known from the connection', async () => {
      const { one, other } = await open()
      const asked = createSeen<readonly [AssignAsk, PeerId]>()
      await other.serve(assignProtocol, async (ask, from) => {
        asked.add([ask, from])
        return pass(noted)
      })
      const answer = await one.ask(ben.peerId, assignProtocol, withdrawal)
      expect(answer).toMatchObject({ ok: true, value: noted })
      expect(asked.all).toEqual([[withdrawal, ana.peerId]])
    })

    test('can be refused, with code and reason', async () => {
      const { one, other } = await open()
      await other.serve(assignProtocol, async () => refuse('LEASE_STALE', 'epoch 1 of 2'))
      const answer = await one.ask(ben.peerId, assignProtocol, withdrawal)
      expect(answer).toEqual(refuse('LEASE_STALE', 'epoch 1 of 2'))
    })

    test('gets the code of what failed at the other end', async () => {
      const { one, other } = await open()
      await other.serve(assignProtocol, async () => {
        throw new VcpError('JOURNAL_FAILED', { message: 'the disk is gone' })
      })
      const answer = await one.ask(ben.peerId, assignProtocol, withdrawal)
      expect(answer).toEqual(refuse('JOURNAL_FAILED', 'the disk is gone'))
    })

    test('comes with bytes in its answer, many at once on one connection', async () => {
      const { one, other } = await open()
      const payloadOf = (offset: number) =>
        Uint8Array.from({ length: 100_000 + offset }, (_, i) => (i * 7 + offset) & 0xff)
      await other.serve(blobProtocol, async (ask) => {
        const offset = ask.want === 'piece' ? ask.offset : 0
        return { ok: true, value: { bytes: offset }, payload: payloadOf(offset) }
      })
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, offset) =>
          one.ask(ben.peerId, blobProtocol, { want: 'piece', cid, offset, length: 1 }),
        ),
      )
      for (const [offset, answer] of answers.entries()) {
        expect(answer).toMatchObject({ ok: true, value: { bytes: offset } })
        const payload = answer.ok ? answer.payload : new Uint8Array()
        expect(Buffer.compare(payload, payloadOf(offset))).toBe(0)
      }
    })

    test('ends at its deadline', async () => {
      const { one, other } = await open()
      await other.serve(assignProtocol, () => new Promise(() => undefined))
      const impatient = { ...assignProtocol, deadlineMs: 50 }
      await expect(one.ask(ben.peerId, impatient, withdrawal)).rejects.toMatchObject({
        code: 'PEER_TIMEOUT',
      })
    })

    test('ends when it is not wanted any more', async () => {
      const { one, other } = await open()
      const controller = new AbortController()
      await other.serve(assignProtocol, () => {
        controller.abort(new Error('changed my mind'))
        return new Promise(() => undefined)
      })
      const asked = one.ask(ben.peerId, assignProtocol, withdrawal, controller.signal)
      await expect(asked).rejects.toThrow('changed my mind')
    })

    test('fails where nobody answers its protocol, or nobody is there', async () => {
      const { one } = await open()
      for (const peerId of [ben.peerId, eve.peerId]) {
        await expect(one.ask(peerId, assignProtocol, withdrawal)).rejects.toMatchObject({
          code: 'PEER_UNREACHABLE',
        })
      }
    })

    test('too large for its protocol is not sent', async () => {
      const { one } = await open()
      const narrow = { ...assignProtocol, askBytesMax: 10 }
      await expect(one.ask(ben.peerId, narrow, withdrawal)).rejects.toMatchObject({
        code: 'TOO_LARGE',
      })
    })

    test('beyond the rate of its protocol is refused', async () => {
      const { one, other, counters } = await open()
      const slow = { ...assignProtocol, asksPerSecond: 2 }
      await other.serve(slow, async () => pass(noted))
      const answers = []
      for (let i = 0; i < 6; i++) answers.push(await one.ask(ben.peerId, slow, withdrawal))
      expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true, false, false])
      expect(answers.at(-1)).toMatchObject({ code: 'RATE_LIMITED' })
      expect(counters()).toMatchObject({ 'stream.ask': 4, 'stream.haste': 2 })
    })
  })
}
