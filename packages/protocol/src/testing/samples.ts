// One valid value of everything that crosses the wire: the ground that tests change one thing of.
import { hexToBytes } from '@noble/hashes/utils.js'
import type { Capabilities } from '../capabilities.ts'
import { cidOf } from '../cid.ts'
import type { Digest, NodeId, Nonce, RoundId, TaskId } from '../ids.ts'
import { signerFrom } from '../keys.ts'
import type { Registration } from '../node.ts'
import type { Receipt } from '../receipt.ts'
import { type TaskOf, TaskSpec, taskDigest } from '../tasks/task.ts'
import type { TaskType } from '../tasks/task-type.ts'
import type { Telemetry } from '../telemetry.ts'

/** Keys made for tests, known to everybody; nothing else may ever use them. */
export const ana = signerFrom(hexToBytes('a1'.repeat(32)))
export const ben = signerFrom(hexToBytes('b2'.repeat(32)))

export const atMs = 1_790_000_000_000
export const nonce = '00112233445566778899aabbccddeeff' as Nonce
export const taskId = '019f0000-0000-7000-8000-000000000001' as TaskId
export const roundId = '019f0000-0000-7000-8000-000000000002' as RoundId
export const digest = 'ab'.repeat(32) as Digest
export const blob = cidOf('raw', new TextEncoder().encode('a blob'))

export const engine = { name: 'vcp-sandbox', version: '1.0.0' }

export const capabilities: Capabilities = {
  bandwidth_mbps: 500,
  cpu_cores: 8,
  memory_gb: 32,
  gpu_available: false,
  disk_free_gb: 100,
  engines: { wasm_execution: engine },
}

export const registration: Registration = {
  node_id: 'ana-1' as NodeId,
  region: 'eu-west',
  node_type: 'compute',
  capabilities,
  addresses: ['/ip4/192.0.2.1/tcp/8421'],
  software: 'vcp/0.1.0',
}

export const telemetry: Telemetry = {
  cpu_percent: 12.5,
  memory_percent: 40,
  temperature_c: 55,
  latency_ms: 20,
  bandwidth_up_mbps: 400,
  bandwidth_down_mbps: 900,
  battery_percent: null,
  on_mains: true,
  power_watts: null,
  gpus: [],
  consecutive_errors: 0,
  open_assignments: 1,
  breaker: { state: 'closed', reason: null },
}

/** The least that each type of task must say; the rest has defaults. */
const leastInputs: { readonly [Type in TaskType]: unknown } = {
  wasm_execution: { module: blob, call: { kind: 'wasi', args: ['hello'] } },
  computation: { script: blob, input: { n: 3 } },
  federated_learning: {
    model: blob,
    loss: 'softmax_cross_entropy',
    dataset: 'digits',
    rounds: 5,
    local_steps: 20,
    batch_size: 32,
    learning_rate: 0.1,
    privacy: { budget: { epsilon: 1, delta: 1e-5 } },
  },
  zk_proof: {
    circuit: { from: 'catalogue', name: 'update-norm', verification_key: digest },
    public_inputs: { bound: '7' },
  },
  connect_only: {
    session_id: 's-1',
    requester_id: 'r-1',
    duration_seconds: 60,
    bandwidth_limit_mbps: 10,
    egress_profile: 'allowlist_domains',
    destination_policy_id: 'p-1',
  },
}

export function taskOf<Type extends TaskType>(type: Type, more: object = {}): TaskOf<Type> {
  return TaskSpec.parse({ task_type: type, inputs: leastInputs[type], ...more }) as TaskOf<Type>
}

export const receipt: Receipt = {
  task_id: taskId,
  task_type: 'wasm_execution',
  task_digest: taskDigest(taskOf('wasm_execution')),
  lease_epoch: 1,
  module: blob,
  instrumented: digest,
  input: digest,
  output: blob,
  output_bytes: 6,
  ending: { kind: 'ok' },
  gas: 123_456,
  trace_root: digest,
  engine,
  started_at_ms: atMs - 1_500,
  ended_at_ms: atMs - 500,
}
