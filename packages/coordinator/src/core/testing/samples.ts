// What tests of the core are made of: accounts, nodes, tasks and receipts of the right form.
import {
  type AccountId,
  type Capabilities,
  cidOf,
  type Digest,
  type EngineVersion,
  type Envelope,
  type NodeId,
  type Nonce,
  type OwnerAddress,
  type PeerId,
  type Receipt,
  type Registration,
  type RoundId,
  type Signature,
  type TaskId,
  TaskSpec,
  type Telemetry,
  taskDigest,
  uuidV7From,
} from '@vcp/protocol'
import type { InputOf } from '../inputs.ts'
import type { State } from '../state.ts'

const text = new TextEncoder()

export function idOf(number: number): string {
  const random = new Uint8Array(10)
  new DataView(random.buffer).setUint32(6, number)
  return uuidV7From(1_790_000_000_000, random)
}

export const ana = idOf(1) as AccountId
export const ben = idOf(2) as AccountId

export const taskIdOf = (number: number) => idOf(1_000 + number) as TaskId

/** A peer id by a name of letters and digits. */
export function peerOf(name: string): PeerId {
  return `12D3KooW${name.padEnd(44, 'x')}` as PeerId
}

export function walletOf(name: string): OwnerAddress {
  const hex = [...text.encode(name)].map((byte) => byte.toString(16)).join('')
  return `0x${hex.padEnd(40, '0')}` as OwnerAddress
}

export const engine: EngineVersion = { name: 'vcp-sandbox', version: '1.1' }

const capabilities: Capabilities = {
  bandwidth_mbps: 500,
  cpu_cores: 8,
  memory_gb: 32,
  gpu_available: false,
  disk_free_gb: 100,
  engines: { wasm_execution: engine, federated_learning: engine, zk_proof: engine },
}

export function registrationOf(name: string, changes: Partial<Registration> = {}): Registration {
  return {
    node_id: name as NodeId,
    region: 'eu-west',
    node_type: 'compute',
    capabilities,
    addresses: [],
    software: 'vcp/0.1.0',
    ...changes,
  }
}

export const telemetry: Telemetry = {
  cpu_percent: 10,
  memory_percent: 30,
  temperature_c: null,
  latency_ms: 20,
  bandwidth_up_mbps: 500,
  bandwidth_down_mbps: 500,
  battery_percent: null,
  on_mains: null,
  power_watts: null,
  gpus: [],
  consecutive_errors: 0,
  open_assignments: 0,
  breaker: { state: 'closed', reason: null },
}

const blob = cidOf('raw', text.encode('a module'))

export function wasmTask(changes: Record<string, unknown> = {}): TaskSpec {
  return TaskSpec.parse({
    task_type: 'wasm_execution',
    inputs: { module: blob, call: { kind: 'wasi' } },
    ...changes,
  })
}

export function trainingTask(inputs: Record<string, unknown> = {}): TaskSpec {
  return TaskSpec.parse({
    task_type: 'federated_learning',
    inputs: {
      model: blob,
      loss: 'mse',
      dataset: 'digits',
      rounds: 2,
      local_steps: 1,
      batch_size: 1,
      learning_rate: 0.1,
      privacy: null,
      updates_min: 2,
      ...inputs,
    },
  })
}

export const modelOf = (name: string) => cidOf('raw', text.encode(name))

/** Every update that came, in the model, each as good as the accuracies say. */
export function aggregatedOf(
  { state }: { readonly state: State },
  roundId: RoundId,
  name: string,
  accuracies: readonly (number | null)[] = [],
): InputOf<'round-aggregated'> {
  const peers = [...state.rounds.get(roundId)!.updates.keys()]
  return {
    type: 'round-aggregated',
    roundId,
    model: modelOf(name),
    strategyState: null,
    loss: 0.5,
    accuracy: 0.9,
    epsilonSpent: null,
    clipNormNext: null,
    contributions: peers.map((peer_id, at) => ({
      peer_id,
      left_out: null,
      loss: null,
      accuracy: accuracies[at] ?? null,
      cosine: null,
      norm_ratio: null,
    })),
  }
}

export function receiptOf(
  spec: TaskSpec,
  lease: { readonly taskId: TaskId; readonly epoch: number },
  output = 'output',
  traceRoot: Digest | null = null,
): Receipt {
  return {
    task_id: lease.taskId,
    task_type: spec.task_type,
    task_digest: taskDigest(spec),
    lease_epoch: lease.epoch,
    module: blob,
    instrumented: 'aa'.repeat(32) as Digest,
    input: 'bb'.repeat(32) as Digest,
    output: modelOf(output),
    output_bytes: output.length,
    ending: { kind: 'ok' },
    gas: 1_000,
    trace_root: traceRoot,
    engine,
    started_at_ms: 0,
    ended_at_ms: 1,
  }
}

/** The signature is checked before the core is told, so here it is of the right form only. */
export function envelopeOf(peerId: PeerId, payload: Receipt): Envelope<'receipt'> {
  const signature = 'cc'.repeat(64) as Signature
  const nonce = '00'.repeat(16) as Nonce
  return { type: 'receipt', peer_id: peerId, nonce, at_ms: 0, payload, signature }
}
