import type { NodeInfo } from '@vcp/protocol'

export interface NodeFilter {
  /** In the name, the key, the region or the owner, whatever the case. */
  readonly text: string
  readonly status: string
  readonly mode: string
  readonly nodeType: string
  readonly region: string
}

/** `any` takes every node. */
export const noFilter: NodeFilter = {
  text: '',
  status: 'any',
  mode: 'any',
  nodeType: 'every',
  region: 'any',
}

export function filterNodes(
  nodes: readonly NodeInfo[],
  { text, status, mode, nodeType, region }: NodeFilter,
): readonly NodeInfo[] {
  const wanted = text.trim().toLowerCase()
  return nodes.filter((node) => {
    if (status !== 'any' && node.status !== status) return false
    if (mode !== 'any' && node.mode !== mode) return false
    if (nodeType !== 'every' && node.node_type !== nodeType) return false
    if (region !== 'any' && node.region !== region) return false
    if (wanted === '') return true
    return [node.node_id, node.peer_id, node.region, node.owner_address ?? '', node.owner_id].some(
      (each) => each.toLowerCase().includes(wanted),
    )
  })
}
