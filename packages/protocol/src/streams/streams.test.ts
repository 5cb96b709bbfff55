import { hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, test } from 'vitest'
import vectors from '../../vectors/streams.json' with { type: 'json' }
import { decodeCanonical, encodeCanonical } from '../canonical.ts'
import { commitmentOf } from '../commitment.ts'
import { type Envelope, signMessage } from '../envelope.ts'
import { parse } from '../json.ts'
import { limits } from '../limits.ts'
import { ana, atMs, ben, nonce, receipt, taskId } from '../testing/samples.ts'
import { assignProtocol } from './assign.ts'
import { blobProtocol } from './blob.ts'
import { joinProtocol } from './join.ts'
import { checkReport, type Report, reportProtocol } from './report.ts'
import { secureProtocol } from './secure.ts'
import { AnswerFrame, refusalFrom, type StreamProtocol } from './stream-protocol.ts'

const protocols = [
  assignProtocol,
  reportProtocol,
  joinProtocol,
  blobProtocol,
  secureProtocol,
] as readonly unknown[]

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
  const signed = signMessage('receipt', receipt, ana, { nonce, atMs })
  const reportOf = (
    envelope: Envelope<'receipt' | 'commitment'>,
    output: Uint8Array | null = null,
  ) => ({ report: 'signed', envelope, output }) as Report

  test('may bring its output, as it stands in the golden vectors', () => {
    const { message, output, frame } = vectors['/vcp/report/1'].with_output
    const read = parse(reportProtocol.ask, opened(frame))
    expect(read).toEqual({ ok: true, value: { ...message, output: hexToBytes(output) } })
    const { output: _, ...without } = message
    expect(parse(reportProtocol.ask, without)).toEqual({ ok: true, value: message })
  })

  test('brings no more than is taken with it, and only with a receipt', () => {
    const output = new Uint8Array(limits.reportOutputBytesMax)
    const largest = reportOf(signed, output)
    expect(checkReport(ana.peerId, largest).ok).toBe(true)
    expect(encodeCanonical(largest).length).toBeLessThanOrEqual(reportProtocol.askBytesMax)
    const larger = reportOf(signed, new Uint8Array(output.length + 1))
    expect(checkReport(ana.peerId, larger)).toMatchObject({ code: 'TOO_LARGE' })
    const commitment = commitmentOf(ana.peerId, receipt)
    const early = signMessage('commitment', commitment, ana, { nonce, atMs })
    expect(checkReport(ana.peerId, reportOf(early, output))).toMatchObject({ code: 'INVALID' })
  })

  test('is taken from who signed it, however old', () => {
    expect(checkReport(ana.peerId, reportOf(signed))).toMatchObject({ ok: true })
  })

  test('is not taken from another, nor changed', () => {
    expect(checkReport(ben.peerId, reportOf(signed))).toMatchObject({ code: 'SIGNER_UNEXPECTED' })
    const changed = { ...signed, payload: { ...receipt, output_bytes: 1_000 } }
    expect(checkReport(ana.peerId, reportOf(changed))).toMatchObject({ code: 'SIGNATURE_INVALID' })
  })

  test('that nobody signs is taken as it is', () => {
    const why = { reason: 'x', code: null }
    const report = { report: 'run-failed', task_id: taskId, lease_epoch: 1, ...why } as const
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
