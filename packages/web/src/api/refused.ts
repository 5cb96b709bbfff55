import type { ErrorBody } from '@vcp/protocol'

/** A no of the coordinator, or no answer at all, as people are told of it. */
export class Refused extends Error {
  readonly code: string
  readonly hint: string
  readonly status: number
  readonly retryAfterMs: number | null

  constructor(parts: {
    readonly code: string
    readonly message: string
    readonly hint: string
    readonly status: number
    readonly retryAfterMs?: number | null
  }) {
    super(parts.message)
    this.code = parts.code
    this.hint = parts.hint
    this.status = parts.status
    this.retryAfterMs = parts.retryAfterMs ?? null
  }
}

/** Status 0: nobody answered. */
export function unreachable(): Refused {
  return new Refused({
    code: 'COORDINATOR_UNREACHABLE',
    message: 'the coordinator does not answer',
    hint: 'Is it running? This page goes on by itself when it is back.',
    status: 0,
  })
}

export async function refusedBy(response: Response): Promise<Refused> {
  const body = (await response.json().catch(() => null)) as Partial<ErrorBody> | null
  const code = body?.details?.['code']
  const seconds = Number(response.headers.get('retry-after'))
  return new Refused({
    code: typeof code === 'string' ? code : `HTTP ${response.status}`,
    message: body?.message ?? `the coordinator answers with the status ${response.status}`,
    hint: body?.hint ?? '',
    status: response.status,
    retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : null,
  })
}
