// A link to coordinators that a test plays, with a core that notes what it is told.
import {
  type Digest,
  pass,
  type Registration,
  type Report,
  signerFrom,
  type TaskId,
  type Telemetry,
} from '@vcp/protocol'
import { onTestFinished } from 'vitest'
import type { Agent } from '../../agent.ts'
import type { Input } from '../../core/inputs.ts'
import type { LogLine } from '../../log/log.ts'
import { createHeads } from '../heads.ts'
import { openLink } from '../link.ts'
import { placeOf } from '../place.ts'
import { addressOf, type MemoryNetwork, type ScriptedCoordinator } from './coordinator.ts'
import { manualTimers } from './manual-timers.ts'

const signerOf = (byte: number) => signerFrom(new Uint8Array(32).fill(byte))
export const node = signerOf(1)
export const first = signerOf(2)
export const second = signerOf(3)
export const taskId = '01900000-0000-7000-8000-000000000001' as TaskId
export const leaf = 'ab'.repeat(32) as Digest

const registration: Registration = {
  node_id: 'anna' as Registration['node_id'],
  region: 'local',
  node_type: 'any',
  capabilities: {
    bandwidth_mbps: null,
    cpu_cores: 2,
    memory_gb: 4,
    gpu_available: false,
    disk_free_gb: 10,
    engines: {},
  },
  addresses: [],
  software: 'vcp/test',
}

const telemetry: Telemetry = {
  cpu_percent: 10,
  memory_percent: 10,
  temperature_c: null,
  latency_ms: 1,
  bandwidth_up_mbps: null,
  bandwidth_down_mbps: null,
  battery_percent: null,
  on_mains: null,
  power_watts: null,
  gpus: [],
  consecutive_errors: 0,
  open_assignments: 0,
  breaker: { state: 'closed', reason: null },
}

export function reportOf(task = taskId): Report {
  return { report: 'rerun', task_id: task, checkpoint: 1, leaf }
}

export function taskOf(number: number): TaskId {
  return `01900000-0000-7000-8000-${String(number).padStart(12, '0')}` as TaskId
}

/** A node whose core notes what it is told. */
export async function linked(network: MemoryNetwork, places: readonly string[]) {
  const timers = manualTimers()
  const told: Input[] = []
  const said: LogLine[] = []
  const waiting: (() => void)[] = []
  const log = (line: LogLine) => void said.push(line)
  const agent: Pick<Agent, 'tell' | 'offer'> = {
    async tell(input) {
      told.push(input)
      for (const resolve of waiting.splice(0)) resolve()
      return pass(null)
    },
    offer: async ({ task_id, lease_epoch }) => ({ answer: 'accept', task_id, lease_epoch }),
  }
  /** Resolves with the first input of a kind that was not awaited before. */
  const seen = new Map<string, number>()
  async function toldOf<Type extends Input['type']>(type: Type) {
    for (;;) {
      const found = told.filter((input) => input.type === type)
      const at = seen.get(type) ?? 0
      if (found.length > at) {
        seen.set(type, at + 1)
        return found[at] as Extract<Input, { type: Type }>
      }
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
  }
  const { mesh } = network.host(node, () => true)
  const heads = createHeads(log)
  const link = await openLink({
    mesh,
    agent,
    identity: {
      signer: node,
      network: 'local',
      registration: () => registration,
      binding: () => null,
      randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    },
    kept: { output: () => Buffer.from('out'), below: async () => [leaf, leaf] },
    heads,
    places: places.map(placeOf),
    resolve: async (place) => ({ addresses: [place.text], aheadMs: null }),
    timers,
    log,
    telemetry: () => telemetry,
  })
  onTestFinished(() => link.close())
  return { link, timers, told, toldOf, said, mesh, heads }
}

export function placesOf(...coordinators: readonly ScriptedCoordinator[]) {
  return coordinators.map(({ peerId }) => addressOf(peerId))
}

export const logKeyOf = (input: { readonly logKey: string }) => input.logKey
