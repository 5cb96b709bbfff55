import { hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, test } from 'vitest'
import vectors from '../../vectors/streams.json' with { type: 'json' }
import { decodeCanonical } from '../canonical.ts'
import { type Envelope, signMessage } from '../envelope.ts'
import { parse } from '../json.ts'
import { limits } from '../limits.ts'
import { ana, atMs, ben, nonce, receipt, taskId } from '../testing/samples.ts'
import { assignProtocol } from './assign.ts'
import { blobProtocol } from './blob.ts'
import { checkReport, type Report, reportProtocol } from './report.ts'
import { AnswerFrame, refusalFrom, type StreamProtocol } from './stream-protocol.ts'

const protocols = [assignProtocol, reportProtocol, blobProtocol] as readonly unknown[]

/** What a frame holds, its length checked. */
function opened(frame: string): unknown {
  const bytes = hexToBytes(frame)
  expect(new DataView(bytes.buffer).getUint32(0)).toBe(bytes.length - 4)
  const decoded = decodeCanonical(bytes.subarray(4))
  return decoded.ok ? decoded.value : decoded
}

describe('the golden vectors of streams', () => {
  test.each(
    (protocols as readonly StreamProtocol<never, never>[]).map((one) => [one.id, one] as const),
  )('%s open as they stand in the file', (id, { ask, answer, askBytesMax }) => {
    const { asks, answers } = vectors[id as '/vcp/blob/1']
    for (const { message, frame } of asks) {
      expect(parse(ask, opened(frame))).toEqual({ ok: true, value: message })
      expect(frame.length / 2).toBeLessThanOrEqual(askBytesMax)
    }
    for (const { message, frame } of answers) {
      const read = parse(AnswerFrame, opened(frame))
      expect(read).toEqual({ ok: true, value: message })
      expect(parse(answer, message.value)).toEqual({ ok: true, value: message.value })
    }
  })
})

describe('a report', () => {
  const reportOf = (envelope: Envelope<'receipt'>): Report => ({ report: 'signed', envelope })
  const signed = signMessage('receipt', receipt, ana, { nonce, atMs })

  test('is taken from who signed it, however old', () => {
    expect(checkReport(ana.peerId, reportOf(signed))).toMatchObject({ ok: true })
  })

  test('is not taken from another, nor changed', () => {
    expect(checkReport(ben.peerId, reportOf(signed))).toMatchObject({ code: 'SIGNER_UNEXPECTED' })
    const changed = { ...signed, payload: { ...receipt, output_bytes: 1_000 } }
    expect(checkReport(ana.peerId, reportOf(changed))).toMatchObject({ code: 'SIGNATURE_INVALID' })
  })

  test('that nobody signs is taken as it is', () => {
    const report = { report: 'run-failed', task_id: taskId, lease_epoch: 1, reason: 'x' } as const
    expect(checkReport(ben.peerId, report)).toEqual({ ok: true, value: report })
  })
})

describe('a piece of a blob', () => {
  test('is as large as the leaves it is made of, and its manifest has room for all of them', () => {
    expect(limits.blobPieceBytesMax % limits.blobLeafBytes).toBe(0)
    const leaves = limits.blobBytesMax / limits.blobLeafBytes
    expect(leaves * 32).toBeLessThanOrEqual(limits.blobManifestBytesMax)
    expect(blobProtocol.payloadBytesMax).toBeGreaterThanOrEqual(limits.blobPieceBytesMax)
  })
})

describe('a refusal off the wire', () => {
  test('keeps its code where that is known, and its words where it is not', () => {
    expect(refusalFrom('LEASE_STALE', 'epoch 1 of 2')).toMatchObject({ code: 'LEASE_STALE' })
    for (const code of ['OF_A_LATER_VERSION', 'CONSTRUCTOR']) {
      expect(refusalFrom(code, 'why')).toEqual({
        ok: false,
        code: 'CONFLICT',
        reason: `${code}: why`,
      })
    }
    const hostile = { ok: false, code: '__proto__', reason: 'x' }
    expect(parse(AnswerFrame, hostile).ok).toBe(false)
  })
})
