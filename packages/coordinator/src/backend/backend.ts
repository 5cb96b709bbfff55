// What stands behind the HTTP routes: the loop to be told things, its state to be looked at, the
// log to be read.
import {
  type LedgerEntry,
  Multiaddr,
  type PeerId,
  pass,
  protocolVersion,
  type SignedNodeBinding,
  type TaskSpec,
  wantsProof,
} from '@vcp/protocol'
import { censusOf } from '../core/census.ts'
import { statsOf } from '../core/views.ts'
import type { Backend, BlobKeeper, Cluster } from '../http/ports.ts'
import type { Clock } from '../journal/clock.ts'
import type { Log } from '../log/log.ts'
import type { Loop } from '../loop/loop.ts'
import type { RequesterOf } from '../mesh/requester.ts'
import { admittingTasks } from '../proofs/admit-tasks.ts'
import type { ProofDesk } from '../proofs/proof-desk.ts'
import type { RoundDesk } from '../rounds/round-desk.ts'
import { createEventFeed } from './event-feed.ts'
import { createKnownBindings } from './known-bindings.ts'
import { createNodeMemory } from './node-memory.ts'
import { createNodeRegistry } from './node-registry.ts'
import { createRoundBook } from './round-book.ts'
import { standingOf } from './standing.ts'
import { createTaskDesk } from './task-desk.ts'
import { createTaskIndex, type TaskIndex } from './task-index.ts'

export interface BackendParts {
  readonly loop: Loop
  readonly log: Log
  readonly clock: Clock
  readonly blobs: BlobKeeper & { payloadBytes(spec: TaskSpec, ownBytes: number): number }
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
  readonly proofs: Pick<ProofDesk, 'admit' | 'check' | 'key'>
  readonly rounds: Pick<RoundDesk, 'admit'>
  readonly requesterOf: RequesterOf
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
  /** Looks at the nodes now and then, until what it returns is called. */
  watch(): () => void
}

export function createBackend(parts: BackendParts): CoordinatorBackend {
  const { loop, log, clock, blobs, network, proofs } = parts
  const bindings = createKnownBindings(parts.bindings)
  const index = createTaskIndex(loop.state)
  const feed = createEventFeed(log, loop.state)
  const memory = createNodeMemory(loop.state, clock)
  const evidence = {
    log,
    clock,
    recent: feed.at,
    bindingOf: (peerId: PeerId) => bindings.get(peerId),
  }
  return {
    tasks: admittingTasks(
      createTaskDesk({
        loop,
        index,
        ...evidence,
        payloadBytes: (spec, ownBytes) => blobs.payloadBytes(spec, ownBytes),
      }),
      { isKnown: (taskId) => loop.state.tasks.has(taskId), admit: admitBoth(proofs, parts.rounds) },
    ),
    nodes: createNodeRegistry({
      loop,
      network,
      memory,
      nowMs: clock.nowMs,
      keepBinding: (binding) => bindings.put(binding),
    }),
    ledger: log,
    rounds: createRoundBook(loop),
    feed,
    cluster: createCluster(parts, index),
    blobs,
    proofs,
    onDurable(entries) {
      index.add(entries)
      feed.add(entries)
      memory.add(entries)
    },
    watch: memory.watch,
  }
}

type Admitting = Pick<ProofDesk, 'admit'>

function admitBoth(proofs: Admitting, rounds: Admitting): Admitting['admit'] {
  return async (task) => {
    const admitted = wantsProof(task) ? await proofs.admit(task) : pass(null)
    return admitted.ok ? rounds.admit(task) : admitted
  }
}

function createCluster(
  { loop, log, version, newcomerCreditsMicro, mesh, requesterOf }: BackendParts,
  index: TaskIndex,
): Cluster {
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
    async standing(viewer) {
      const standing = standingOf(viewer, loop.state, index, requesterOf)
      await loop.settled()
      return standing
    },
    census: () => censusOf(loop.state.nodes.values()),
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
