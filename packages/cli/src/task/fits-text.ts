import type { AnswerOf } from '@vcp/client'
import { copiesAsked, type TaskSpec } from '@vcp/protocol'
import type { Style } from '../style.ts'

export type Fits = AnswerOf<'whyTask'> & {
  /** Of how many nodes the results must agree; null where that is left to the coordinator. */
  readonly copies?: number | null
}

/** With what the task asks for; a training has no result that nodes could agree on. */
export function fitsOf(spec: TaskSpec, fits: AnswerOf<'whyTask'>) {
  const copies = spec.task_type === 'federated_learning' ? null : copiesAsked(spec)
  return { ...fits, copies } satisfies Fits
}

const shownMax = 50

/** Which nodes would fit, and what keeps each of the others from it. */
export function fitsText(fits: Fits, style: Style): string {
  const { registered, looked_at, eligible, kept_out, nodes } = fits
  if (registered === 0) return `${style.bad('no node')} is registered with this coordinator`
  const of = looked_at < registered ? `${looked_at} looked at, of ${registered}` : `${registered}`
  const found = eligible === 0 ? style.bad('no node fits') : `${eligible} would fit`
  const lines = nodes.slice(0, shownMax).map(({ peer_id, fits: isFit, mismatches }) => {
    const mark = isFit ? style.good('✓') : style.bad('✗')
    const why = isFit ? 'fits' : mismatches.map(({ text }) => text).join('; ')
    return `${mark} ${style.quiet(peer_id)}  ${why}`
  })
  const rest = looked_at - lines.length
  if (rest > 0) {
    const counts = kept_out.map(({ code, nodes: out }) => `${code} ${out}`).join(', ')
    lines.push(style.quiet(`and ${rest} more; kept out in all: ${counts || 'none'}`))
  }
  return `${found}, of ${of}${wantedText(fits, style)}\n${lines.join('\n')}`
}

/** One that fits is not enough where several must agree. */
function wantedText({ copies = null, eligible }: Fits, style: Style): string {
  if (copies === null || copies < 2) return ''
  const text = `${copies} of distinct owners must agree`
  return `; ${eligible < copies ? style.bad(text) : text}`
}
