// What stands behind the HTTP routes: the loop to be told things, its state to be looked at, the
// log to be read.
import {
  type LedgerEntry,
  Multiaddr,
  type PeerId,
  pass,
  protocolVersion,
  refuse,
  type SignedNodeBinding,
  type TaskSpec,
} from '@vcp/protocol'
import { statsOf } from '../core/views.ts'
import type { Backend, BlobKeeper, Cluster } from '../http/ports.ts'
import type { Clock } from '../journal/clock.ts'
import type { Log } from '../log/log.ts'
import type { Loop } from '../loop/loop.ts'
import { createEventFeed } from './event-feed.ts'
import { createNodeRegistry } from './node-registry.ts'
import { createRoundBook } from './round-book.ts'
import { createTaskDesk } from './task-desk.ts'
import { createTaskIndex } from './task-index.ts'

export interface BackendParts {
  readonly loop: Loop
  readonly log: Log
  readonly clock: Clock
  readonly blobs: BlobKeeper & { payloadBytes(spec: TaskSpec): number }
  readonly bindings: {
    put(binding: SignedNodeBinding): Promise<void>
    get(peerId: PeerId): Promise<SignedNodeBinding | null>
  }
  readonly network: string
  readonly version: string
  /** What a new account is given to begin with. */
  readonly newcomerCreditsMicro: number
  /** Where nodes reach it; null where it keeps no mesh. */
  readonly mesh: MeshPlace | null
}

export interface MeshPlace {
  readonly peerId: PeerId
  /** They may change while it runs. */
  addresses(): readonly string[]
}

/** Of those that the route of health has room for. */
const addressesMax = 32

export interface CoordinatorBackend extends Backend {
  /** What became durable, in order. */
  onDurable(entries: readonly LedgerEntry[]): void
}

export function createBackend(parts: BackendParts): CoordinatorBackend {
  const { loop, log, clock, blobs, bindings, network } = parts
  const index = createTaskIndex(loop.state)
  const feed = createEventFeed(log, loop.state)
  const evidence = { log, clock, bindingOf: (peerId: PeerId) => bindings.get(peerId) }
  return {
    tasks: createTaskDesk({
      loop,
      index,
      ...evidence,
      payloadBytes: (spec) => blobs.payloadBytes(spec),
    }),
    nodes: createNodeRegistry({
      loop,
      network,
      nowMs: clock.nowMs,
      keepBinding: (binding) => bindings.put(binding),
    }),
    ledger: log,
    rounds: createRoundBook(loop),
    feed,
    cluster: createCluster(parts),
    blobs,
    proofs: {
      check: async ({ circuit }) => refuse('NOT_FOUND', `no circuit is registered as ${circuit}`),
    },
    onDurable(entries) {
      index.add(entries)
      feed.add(entries)
    },
  }
}

function createCluster({ loop, log, version, newcomerCreditsMicro, mesh }: BackendParts): Cluster {
  return {
    health() {
      const { trouble } = loop
      return {
        status: trouble === null ? 'ok' : 'degraded',
        ready: trouble === null,
        reason: trouble === null ? null : trouble.message.slice(0, 1_000),
        version,
        protocol: protocolVersion,
        log_key: log.verifierKey,
        mesh: mesh === null ? null : { peer_id: mesh.peerId, addresses: addressesOf(mesh) },
      }
    },
    stats() {
      const { nodes, tasks, levels, totalNodes, healthyNodes, averageHealth } = statsOf(loop.state)
      const counts = { total_nodes: totalNodes, healthy_nodes: healthyNodes }
      return { nodes, tasks, levels, ...counts, average_health: averageHealth }
    },
    async accountOpened(accountId) {
      if (loop.state.accounts.has(accountId)) return pass(null)
      const opened = loop.tell({ type: 'account-opened', accountId })
      const amountMicro = newcomerCreditsMicro
      const given =
        amountMicro === 0 ? null : loop.tell({ type: 'credits-issued', accountId, amountMicro })
      const reply = await opened
      if (!reply.ok || given === null) return reply
      return given
    },
  }
}

/** As many as there is room for in an answer, each as short as its schema has it. */
function addressesOf(mesh: MeshPlace): string[] {
  return mesh
    .addresses()
    .filter((address) => Multiaddr.safeParse(address).success)
    .slice(0, addressesMax)
}
