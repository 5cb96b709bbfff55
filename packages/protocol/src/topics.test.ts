import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeCanonical } from './canonical.ts'
import { makeCheckpoint, openCheckpoint } from './checkpoint.ts'
import { commitmentOf } from './commitment.ts'
import { signMessage } from './envelope.ts'
import type { Digest } from './ids.ts'
import { limits } from './limits.ts'
import { canonicalValue } from './testing/arbitraries.ts'
import { knownLog, logSigner, origin } from './testing/log.ts'
import { propertyRuns } from './testing/property.ts'
import {
  ana,
  atMs,
  ben,
  blob,
  digest,
  nonce,
  receipt,
  roundId,
  taskId,
  telemetry,
} from './testing/samples.ts'
import { receive, topics, type View } from './topics.ts'

const view: View = {
  nowMs: atMs,
  hasSeen: () => false,
  isNode: (peerId) => peerId === ana.peerId,
  isCoordinator: (peerId) => peerId === ben.peerId,
  log: { ...knownLog, size: 5 },
}

const heartbeat = signMessage('heartbeat', telemetry, ana, { nonce, atMs })
const bytes = topics.telemetry.write(heartbeat)

describe('a gossip message', () => {
  test('from a node is delivered as it was signed', () => {
    expect(receive(topics.telemetry, bytes, view)).toEqual({
      verdict: { verdict: 'accept' },
      message: heartbeat,
    })
    const commitment = signMessage('commitment', commitmentOf(ana.peerId, receipt), ana, {
      nonce,
      atMs,
    })
    const sent = topics.commits.write(commitment)
    expect(receive(topics.commits, sent, view).message).toEqual(commitment)
  })

  test('that is too large is rejected unread', () => {
    const large = new Uint8Array(topics.telemetry.bytesMax + 1)
    expect(receive(topics.telemetry, large, view).verdict).toMatchObject({
      verdict: 'reject',
      code: 'TOO_LARGE',
    })
  })

  test('that is not canonical, of another type or forged is rejected', () => {
    const trailing = Uint8Array.from([...bytes, 0])
    expect(receive(topics.telemetry, trailing, view).verdict).toMatchObject({
      code: 'NOT_CANONICAL',
    })
    expect(receive(topics.commits, bytes, view).verdict).toMatchObject({
      verdict: 'reject',
      code: 'INVALID',
    })
    const forged = encodeCanonical({ ...heartbeat, peer_id: ben.peerId })
    expect(receive(topics.telemetry, forged, view).verdict).toMatchObject({
      verdict: 'reject',
      code: 'SIGNATURE_INVALID',
    })
  })

  test('is ignored, at no cost to its sender, where our own view may be stale', () => {
    const late = { ...view, nowMs: atMs + 3_600_000 }
    expect(receive(topics.telemetry, bytes, late).verdict).toMatchObject({
      verdict: 'ignore',
      code: 'MESSAGE_STALE',
    })
    const early = { ...view, nowMs: atMs - 3_600_000 }
    expect(receive(topics.telemetry, bytes, early).verdict).toMatchObject({
      verdict: 'ignore',
      code: 'MESSAGE_FROM_FUTURE',
    })
    const seen = { ...view, hasSeen: () => true }
    expect(receive(topics.telemetry, bytes, seen).verdict).toMatchObject({
      verdict: 'ignore',
      code: 'MESSAGE_REPLAYED',
    })
    const stranger = { ...view, isNode: () => false }
    expect(receive(topics.telemetry, bytes, stranger)).toMatchObject({
      verdict: { verdict: 'ignore', code: 'NOT_FOUND' },
      message: null,
    })
  })

  test('about a round counts only from a coordinator', () => {
    const notice = {
      notice: 'opened',
      round_id: roundId,
      task_id: taskId,
      number: 1,
      model: blob,
      closes_at_ms: atMs + 60_000,
    } as const
    const by = (signer: typeof ana) =>
      topics.rounds.write(signMessage('round-notice', notice, signer, { nonce, atMs }))
    expect(receive(topics.rounds, by(ben), view).verdict).toEqual({ verdict: 'accept' })
    expect(receive(topics.rounds, by(ana), view).verdict).toMatchObject({
      verdict: 'ignore',
      code: 'SIGNER_UNEXPECTED',
    })
  })

  test('with a checkpoint counts when the log signed it and it is news', () => {
    const noteOf = (treeSize: number, signer = logSigner) =>
      makeCheckpoint({ origin, treeSize, rootHash: digest as Digest }, signer)
    const send = (note: string) => receive(topics.checkpoints, encodeCanonical(note), view)
    expect(send(noteOf(6)).verdict).toEqual({ verdict: 'accept' })
    expect(openCheckpoint(send(noteOf(6)).message!.note, knownLog).ok).toBe(true)
    expect(send(noteOf(5)).verdict).toMatchObject({ verdict: 'ignore', code: 'MESSAGE_STALE' })
    expect(send(noteOf(6, ana)).verdict.verdict).toBe('reject')
    expect(receive(topics.checkpoints, encodeCanonical(7), view).verdict.verdict).toBe('reject')
  })

  test('of any bytes is judged, never thrown over', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      canonicalValue.map((value) => encodeCanonical(value)),
    )
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(topics)), noise, (topic, sent) => {
        expect(receive(topic as typeof topics.telemetry, sent, view).verdict.verdict).toBe('reject')
      }),
      { numRuns: propertyRuns },
    )
  })

  test('fits its topic when every field is as large as it may be', () => {
    const gpu = {
      utilisation_percent: 99.123456,
      memory_percent: 99.123456,
      temperature_c: 99.123456,
    }
    const largest = {
      ...telemetry,
      cpu_percent: 99.123456789,
      gpus: Array.from({ length: limits.gpusMax }, () => gpu),
      consecutive_errors: Number.MAX_SAFE_INTEGER,
      breaker: { state: 'half_open', reason: { cause: 'probe_failed', measured: 1.5, limit: 1.5 } },
    } as const
    const sent = topics.telemetry.write(signMessage('heartbeat', largest, ana, { nonce, atMs }))
    expect(sent.length).toBeLessThan(topics.telemetry.bytesMax)
    expect(receive(topics.telemetry, sent, view).verdict).toEqual({ verdict: 'accept' })
  })

  test('goes on a topic whose name says the version of the wire', () => {
    for (const { name } of Object.values(topics)) expect(name).toMatch(/^\/vcp\/1\/[a-z]+$/)
  })
})
