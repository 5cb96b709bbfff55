// Puts together what an agent shows of itself.
import type { BlobStore, Mesh } from '@vcp/mesh'
import { describeTrip, type NodeId, type OwnerAddress, type TaskId } from '@vcp/protocol'
import type { Agent } from '../agent.ts'
import type { InputOf } from '../core/inputs.ts'
import type { State } from '../core/state.ts'
import type { Heads } from '../link/heads.ts'
import type { Link } from '../link/link.ts'
import type { AgentStatus, HeldTask, MachineStatus, Tally } from './status.ts'

/** What does not change while the agent runs. */
export type Particulars = Pick<
  AgentStatus,
  'peer_id' | 'region' | 'node_type' | 'network' | 'version' | 'pid' | 'data_dir' | 'started_at_ms'
> & { readonly name: NodeId; readonly owner: OwnerAddress | null }

export interface ViewParts {
  readonly particulars: Particulars
  readonly agent: Pick<Agent, 'state' | 'trouble' | 'onChange'>
  readonly link: Pick<Link, 'stay' | 'standings' | 'quality' | 'aheadMs' | 'earnedMicro'>
  readonly heads: Pick<Heads, 'size'>
  readonly mesh: Pick<Mesh, 'peers'>
  readonly store: Pick<BlobStore, 'usage'>
  readonly tally: () => Tally
  readonly isStopping: () => boolean
  readonly nowMs: () => number
}

export function createView(parts: ViewParts): { status(): AgentStatus; stop(): void } {
  const { particulars, agent, link, heads, mesh, store, nowMs } = parts
  /** How far the runs are that go on. */
  const progress = new Map<TaskId, InputOf<'progress-made'>>()
  const stop = agent.onChange(({ input }) => {
    if (input.type === 'progress-made') progress.set(input.taskId, input)
    else if (input.type === 'run-ended' || input.type === 'lease-withdrawn') {
      progress.delete(input.taskId)
    }
  })

  function status(): AgentStatus {
    const { state, trouble } = agent
    const { breaker, leases, reports, reruns, settings } = state
    for (const taskId of progress.keys()) if (!leases.has(taskId)) progress.delete(taskId)
    const { blobs, bytes, bytesMax, pinnedBytes } = store.usage()
    const isJoined = link.stay !== null
    return {
      ...particulars,
      uptime_ms: nowMs() - particulars.started_at_ms,
      mode: modeOf(state, parts.isStopping()),
      paused_until_ms: state.mode === 'paused' ? state.modeUntilMs : null,
      breaker: {
        state: breaker.state,
        reason: breaker.reason,
        text: breaker.reason === null ? null : describeTrip(breaker.reason),
      },
      trouble: trouble === null ? null : { code: trouble.code, message: trouble.message },
      coordinators: link.standings().map(({ place, state: standing, peerId, reason, sinceMs }) => ({
        place,
        state: standing,
        peer_id: peerId,
        reason,
        since_ms: sinceMs,
      })),
      latency_ms: isJoined ? link.quality.latencyMs() : null,
      clock_ahead_ms: isJoined ? link.aheadMs : null,
      log_size: heads.size,
      peers: {
        connected: mesh.peers.connected().length,
        addresses: [...mesh.peers.addresses()],
        nat: mesh.peers.reach(),
      },
      tasks: [...leases.values()].map((lease) => heldTask(lease, progress.get(lease.taskId))),
      reruns: reruns.size,
      reports_waiting: reports.size,
      tally: parts.tally(),
      machine: machineOf(state),
      task_types: [...settings.taskTypes],
      tasks_max: settings.tasksMax,
      store: { blobs, bytes, bytes_max: bytesMax, pinned_bytes: pinnedBytes },
      earned_micro: link.earnedMicro,
    }
  }

  return { status, stop }
}

function heldTask(
  lease: State['leases'] extends Map<unknown, infer Lease> ? Lease : never,
  progress: InputOf<'progress-made'> | undefined,
): HeldTask {
  const task = lease.offer?.task
  const isOfLease = progress?.leaseEpoch === lease.leaseEpoch
  return {
    task_id: lease.taskId,
    lease_epoch: lease.leaseEpoch,
    stage: lease.stage,
    task_type: task?.task_type ?? null,
    phase: isOfLease ? progress.phase : null,
    percent: isOfLease ? progress.percent : null,
    gas: isOfLease ? progress.gas : null,
    gas_max: task?.task_type === 'wasm_execution' ? task.inputs.limits.gas : null,
    level: task?.verification.level ?? null,
    memory_mb: lease.memoryMb,
    accepted_at_ms: lease.acceptedAtMs,
    lease_ends_at_ms: lease.endsAtMs,
  }
}

function modeOf(state: State, isStopping: boolean): AgentStatus['mode'] {
  if (isStopping) return 'stopping'
  if (state.mode === 'draining') return state.isDrainAnnounced ? 'drained' : 'draining'
  if (state.mode === 'paused') return 'paused'
  return state.breaker.state === 'open' ? 'safe_mode' : 'active'
}

function machineOf({ reading }: State): MachineStatus | null {
  if (reading === null) return null
  const { telemetry } = reading
  return {
    cpu_percent: telemetry.cpu_percent,
    others_cpu_percent: reading.othersCpuPercent,
    memory_percent: telemetry.memory_percent,
    memory_free_mb: reading.memoryFreeMb,
    disk_free_gb: reading.diskFreeGb,
    temperature_c: telemetry.temperature_c,
    battery_percent: telemetry.battery_percent,
    on_mains: telemetry.on_mains,
    power_watts: telemetry.power_watts,
    idle_seconds: reading.idleSeconds,
    bandwidth_up_mbps: telemetry.bandwidth_up_mbps,
    bandwidth_down_mbps: telemetry.bandwidth_down_mbps,
    gpus: [...telemetry.gpus],
  }
}
