// What a coordinator says no with, as the failure it is here: its code, its hint, its request.
import { ErrorBody, type ErrorCode, errors, VcpError } from '@vcp/protocol'

export interface Refused {
  readonly status: number
  readonly text: string
  /** The Retry-After header, as it came. */
  readonly retryAfter: string | undefined
}

/** The refusal as it was given, or that none was given that can be read. */
export function refusalOf(url: string, { status, text, retryAfter }: Refused): VcpError {
  const failure = failureOf(jsonOf(text))
  if (failure === null) return misbehaved(url, `it answers ${status} without saying why`)
  const seconds = retryAfter === undefined ? Number.NaN : Number(retryAfter)
  if (!Number.isFinite(seconds) || seconds < 0) return failure
  const { code, message, hint, details } = failure
  return new VcpError(code, {
    message,
    hint,
    details: { ...details, retry_after_seconds: seconds },
  })
}

/** An error body as the failure it tells of; null where it is none of ours. */
export function failureOf(value: unknown): VcpError | null {
  const body = ErrorBody.safeParse(value)
  const code = body.data?.details['code']
  if (body.data === undefined || !isErrorCode(code)) return null
  const { message, hint, details, request_id } = body.data
  return new VcpError(code, { message, hint, details: { ...details, request_id } })
}

export function misbehaved(url: string, what: string, cause?: unknown): VcpError {
  return new VcpError('COORDINATOR_MISBEHAVED', {
    message: `what answers at ${url} is no coordinator: ${what}`,
    details: { url },
    cause,
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errors, code)
}
