import type { AnswerOf } from '@vcp/client'
import type { Style } from '../style.ts'

type Fits = AnswerOf<'whyTask'>

const shownMax = 50

/** Which nodes would fit, and what keeps each of the others from it. */
export function fitsText({ registered, looked_at, eligible, kept_out, nodes }: Fits, style: Style) {
  if (registered === 0) return `${style.bad('no node')} is registered with this coordinator`
  const of = looked_at < registered ? `${looked_at} looked at, of ${registered}` : `${registered}`
  const found = eligible === 0 ? style.bad('no node fits') : `${eligible} would fit`
  const lines = nodes.slice(0, shownMax).map(({ peer_id, fits, mismatches }) => {
    const mark = fits ? style.good('✓') : style.bad('✗')
    const why = fits ? 'fits' : mismatches.map(({ text }) => text).join('; ')
    return `${mark} ${style.quiet(peer_id)}  ${why}`
  })
  const rest = looked_at - lines.length
  if (rest > 0) {
    const counts = kept_out.map(({ code, nodes: out }) => `${code} ${out}`).join(', ')
    lines.push(style.quiet(`and ${rest} more; kept out in all: ${counts || 'none'}`))
  }
  return `${found}, of ${of}\n${lines.join('\n')}`
}
