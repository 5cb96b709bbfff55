import { errors, type Json, protocolVersion } from '@vcp/protocol'
import * as z from 'zod'
import type { CoordinatorAnswer } from '../ask-coordinator.ts'
import { bad, type Check, ok, type Verdict, warning } from '../check.ts'

/** No more of the health answer than is needed, so that a newer coordinator is understood too. */
const Health = z.object({
  status: z.string().min(1).max(64),
  reason: z.string().max(1_000).nullish(),
  version: z.string().max(64).optional(),
  protocol: z.int().optional(),
})

export const coordinator: Check = {
  name: 'coordinator',
  about: 'whether a coordinator answers at coordinator.url',
  async run({ settings, askCoordinator }) {
    const answer = await askCoordinator()
    const url = settings['coordinator.url']
    return answer.kind === 'silent' ? silence(url, answer) : health(url, answer)
  },
}

type Silence = Extract<CoordinatorAnswer, { kind: 'silent' }>
type Answered = Extract<CoordinatorAnswer, { kind: 'answered' }>

function silence(url: string, { why, message }: Silence): Verdict {
  const figures = { url, why }
  const summary = `nothing answers at ${url}: ${message}`
  if (why === 'refused') {
    const hint =
      'Name one that runs: --coordinator <url>, or for good with ' +
      '`vcp config set coordinator.url <url>`.'
    return warning(summary, hint, figures)
  }
  return bad(summary, errors.COORDINATOR_UNREACHABLE.hint, figures)
}

function health(url: string, answer: Answered): Verdict {
  const latency = Math.round(answer.roundTripMs)
  const figures: Record<string, Json> = { url, status: answer.status, latency_ms: latency }
  const found = parse(answer)
  if (typeof found === 'string') {
    return bad(
      `what answers at ${url} is no coordinator: ${found}`,
      errors.COORDINATOR_MISBEHAVED.hint,
      { ...figures, code: 'COORDINATOR_MISBEHAVED' },
    )
  }
  const { status, reason, version, protocol } = found
  const more = { ...figures, version: version ?? null, protocol: protocol ?? null }
  if (protocol !== undefined && protocol !== protocolVersion) {
    return bad(
      `the coordinator at ${url} speaks protocol ${protocol}, this vcp speaks ${protocolVersion}`,
      'Bring both to the same version of vcp.',
      more,
    )
  }
  const who = `the coordinator at ${url}${version === undefined ? '' : `, version ${version},`}`
  if (status !== 'ok' || answer.status !== 200) {
    const summary = `${who} says that it is ${status}${reason == null ? '' : `: ${reason}`}`
    return warning(summary, 'Look at its log, or ask who runs it.', more)
  }
  return ok(`${who} answers in ${latency} ms`, more)
}

function parse({ status, body }: Answered): z.infer<typeof Health> | string {
  // 503 is how a coordinator says that it is not ready.
  if (status !== 200 && status !== 503) return `it answers with status ${status}`
  if (body === null) return 'its answer does not end'
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return 'its answer is not JSON'
  }
  const result = Health.safeParse(value)
  return result.success ? result.data : 'its answer has another form'
}
