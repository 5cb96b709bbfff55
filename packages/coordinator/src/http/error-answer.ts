// Every no of this server in one form: `{error, message, hint, request_id, details}`.
import {
  type ErrorBody,
  type ErrorCode,
  type ErrorStatus,
  errors,
  type Json,
  VcpError,
  wireErrors,
} from '@vcp/protocol'

export interface ErrorAnswer {
  readonly status: ErrorStatus
  readonly body: ErrorBody
}

/** A refusal, or a failure that we have a code for; more may be known of it. */
export interface Fault {
  readonly code: ErrorCode
  readonly reason: string
  readonly hint?: string
  readonly details?: Readonly<Record<string, unknown>>
}

export function errorAnswer(
  { code, reason, hint, details = {} }: Fault,
  requestId: string,
): ErrorAnswer {
  const { status, hint: usualHint } = errors[code]
  const body = {
    error: wireErrors[status],
    message: reason.slice(0, 4_096),
    hint: (hint ?? usualHint).slice(0, 1_024),
    request_id: requestId,
    details: { ...(details as Record<string, Json>), code },
  }
  return { status, body }
}

/** What a thrown value is to whoever asked. Null: a bug of ours, of which they learn no more. */
export function faultOf(error: unknown): Fault | null {
  if (error instanceof VcpError) {
    const { code, message, hint, details } = error
    // What is wrong with our files is for our own log, not for whoever asks.
    const isTheirs = errors[code].status < 500
    return isTheirs ? { code, reason: message, hint, details } : ourFault(code)
  }
  const code = (error as { readonly code?: unknown }).code
  return typeof code === 'string' ? (ofServer[code] ?? null) : null
}

function ourFault(code: ErrorCode): Fault | null {
  return errors[code].status === 503 ? { code, reason: errors[code].meaning } : null
}

/** What fastify and Node call things. */
const ofServer: Readonly<Record<string, Fault>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'MEDIA_TYPE_UNSUPPORTED',
    reason: 'the type of the body is not one that is taken here',
  },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'TOO_LARGE', reason: 'the body is larger than its limit' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'REQUEST_MALFORMED',
    reason: 'the body does not have the length that its header says',
  },
  FST_ERR_BAD_URL: { code: 'REQUEST_MALFORMED', reason: 'the path cannot be decoded' },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'NOT_FOUND', reason: 'no name here is as long as that' },
  ECONNRESET: { code: 'REQUEST_MALFORMED', reason: 'the connection ended within the request' },
  ERR_STREAM_PREMATURE_CLOSE: {
    code: 'REQUEST_MALFORMED',
    reason: 'the connection ended within the request',
  },
}
