// Questions and answers as bytes, and back: what comes back is checked in full.
import {
  AnswerFrame,
  type Canonical,
  decodeCanonical,
  encodeCanonical,
  type Outcome,
  parse,
  pass,
  type Refusal,
  refusalFrom,
  refuse,
  type StreamProtocol,
  VcpError,
} from '@vcp/protocol'

const reasonCharactersMax = 1_000

export function writeAsk<Ask extends Canonical, Value extends Canonical>(
  { id, askBytesMax }: StreamProtocol<Ask, Value>,
  ask: Ask,
): Uint8Array {
  const bytes = encodeCanonical(ask)
  if (bytes.length <= askBytesMax) return bytes
  const message = `a question of ${bytes.length} bytes on ${id}; at most ${askBytesMax} are taken`
  throw new VcpError('TOO_LARGE', { message, details: { bytes: bytes.length, askBytesMax } })
}

export function readAsk<Ask extends Canonical, Value extends Canonical>(
  { ask, askBytesMax }: StreamProtocol<Ask, Value>,
  bytes: Uint8Array,
): Outcome<Ask> {
  const decoded = decodeCanonical(bytes, askBytesMax)
  return decoded.ok ? parse(ask, decoded.value) : decoded
}

export function writeValue(value: Canonical, payloadBytes: number): Uint8Array {
  return encodeCanonical({ ok: true, value, payload_bytes: payloadBytes })
}

export function writeRefusal({ code, reason }: Refusal): Uint8Array {
  const cut = reason.slice(0, reasonCharactersMax).toWellFormed()
  return encodeCanonical({ ok: false, code, reason: cut })
}

/** What an answer says: a value with so many bytes to follow, or the peer's refusal. */
export type AnswerRead<Value> =
  | { readonly ok: true; readonly value: Value; readonly payloadBytes: number }
  | Refusal

/** An answer, or what is wrong with the bytes of one. */
export function readAnswer<Ask extends Canonical, Value extends Canonical>(
  protocol: StreamProtocol<Ask, Value>,
  bytes: Uint8Array,
): Outcome<AnswerRead<Value>> {
  const decoded = decodeCanonical(bytes, protocol.answerBytesMax)
  if (!decoded.ok) return decoded
  const frame = parse(AnswerFrame, decoded.value)
  if (!frame.ok) return frame
  if (!frame.value.ok) return pass(refusalFrom(frame.value.code, frame.value.reason))
  const { payload_bytes: payloadBytes } = frame.value
  if (payloadBytes > protocol.payloadBytesMax) {
    return refuse('TOO_LARGE', `${payloadBytes} bytes after an answer on ${protocol.id}`)
  }
  const value = parse(protocol.answer, frame.value.value)
  return value.ok ? pass({ ok: true, value: value.value, payloadBytes }) : value
}
