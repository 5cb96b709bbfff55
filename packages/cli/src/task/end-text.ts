import type { AssignmentInfo } from '@vcp/protocol'
import type { Style } from '../style.ts'

/** Who had a task and how that stands, or ended; with the node's own reason where it gave one. */
export function endText(
  { peer_id, lease_epoch, state, declined, reason }: AssignmentInfo,
  style: Style,
): string {
  const why = [declined?.replaceAll('_', ' '), reason].filter((each) => each != null).join(': ')
  const lease = style.quiet(`lease ${lease_epoch}`)
  return `${lease}  ${peer_id}  ${state}${why === '' ? '' : `: ${why}`}`
}
