// How healthy the nodes are and where: counts, of however many nodes there are.
import { limits } from '@vcp/protocol'
import type { NodeRecord } from './nodes/node-record.ts'

export interface Census {
  readonly health: number[]
  readonly health_unknown: number
  readonly regions: { region: string; nodes: number; online: number }[]
  readonly elsewhere: number
}

export function censusOf(
  nodes: Iterable<Pick<NodeRecord, 'health' | 'status' | 'registration'>>,
): Census {
  const health = new Array<number>(10).fill(0)
  const regions = new Map<string, { region: string; nodes: number; online: number }>()
  let unknown = 0
  for (const { health: score, status, registration } of nodes) {
    if (score === null) unknown += 1
    else health[Math.min(9, Math.floor(score * 10))]! += 1
    const { region } = registration
    const counted = regions.get(region) ?? { region, nodes: 0, online: 0 }
    counted.nodes += 1
    if (status === 'online') counted.online += 1
    regions.set(region, counted)
  }
  const sorted = [...regions.values()].sort(
    (one, other) => other.nodes - one.nodes || (one.region < other.region ? -1 : 1),
  )
  const shown = sorted.slice(0, limits.regionsShownMax)
  const elsewhere = sorted.slice(limits.regionsShownMax).reduce((sum, { nodes }) => sum + nodes, 0)
  return { health, health_unknown: unknown, regions: shown, elsewhere }
}
