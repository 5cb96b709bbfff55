import type {
  AccountId,
  Candidate,
  EngineVersion,
  LedgerAccount,
  NodeId,
  NodeMode,
  NodeStatus,
  OwnerAddress,
  PeerId,
  Registration,
  TaskId,
  Telemetry,
} from '@vcp/protocol'

/** A registered node: what the journal says of it, and what it says of itself now. */
export interface NodeRecord {
  readonly peerId: PeerId
  /** Its place in every ranking. */
  readonly slot: number
  readonly ownerId: AccountId
  readonly registeredAtMs: number
  registration: Registration
  /** The wallet that signed for it; null while none has. */
  ownerAddress: OwnerAddress | null
  status: NodeStatus
  mode: NodeMode
  succeeded: number
  failed: number
  disputesLost: number
  /** Replicated results that agreed, in a row, by engine. */
  readonly trust: Map<string, number>
  /** Tasks that were taken on its word alone since it was last audited, by engine. */
  readonly unaudited: Map<string, Set<TaskId>>
  /** The newest of these, which can be run again; the oldest first. */
  readonly recheckable: Map<string, TaskId[]>
  /** Tasks of which it has an assignment that has not ended. */
  readonly open: Set<TaskId>
  /** Those of them that it has brought to no result yet. */
  readonly working: Set<TaskId>

  /** From here on nothing is in the journal: after a restart it is unknown until it reports. */
  lastSeenMs: number
  /** Until when it is offered nothing: it has declined a task. */
  restsUntilMs: number | null
  telemetry: Telemetry | null
  /** 0 to 1. */
  health: number | null
  latencyMs: number | null
  /** Whether a timer is set that looks at its silence. */
  isWatched: boolean
}

export function candidateOf(node: NodeRecord): Candidate {
  const { registration, status, mode, health, latencyMs, working } = node
  return {
    nodeType: registration.node_type,
    region: registration.region,
    capabilities: registration.capabilities,
    status,
    mode,
    health,
    latencyMs,
    workingAssignments: working.size,
    isResting: node.restsUntilMs !== null,
  }
}

/** Who is paid for a node's work: its wallet, or the account that registered it. */
export function payeeOf({ ownerAddress, ownerId }: NodeRecord): LedgerAccount {
  return ownerAddress === null
    ? { kind: 'account', account_id: ownerId }
    : { kind: 'owner', address: ownerAddress }
}

/** Nodes with the same operator are one voice. */
export function operatorOf({ ownerAddress, ownerId }: NodeRecord): string {
  return ownerAddress ?? ownerId
}

export function nameKey(ownerId: AccountId, nodeId: NodeId): string {
  return `${ownerId}/${nodeId}`
}

/** Trust is in a node with an engine: a new version begins anew. */
export function engineKey({ name, version }: EngineVersion): string {
  return `${name}@${version}`
}
