// What tests of the agent's core are made of: offers, receipts and readings of the right form.
import {
  cidOf,
  commitmentOf,
  type Digest,
  defaultBreakerPolicy,
  type Envelope,
  isAskedOnce,
  type MessageType,
  type Nonce,
  type Offer,
  type PayloadOf,
  type PeerId,
  type Receipt,
  type RoundId,
  type RoundOrder,
  type Signature,
  type TaskId,
  TaskSpec,
  taskDigest,
  uuidV7From,
} from '@vcp/protocol'
import type { RoundEnd, RunEnd } from '../inputs.ts'
import type { MeasuredTelemetry, Reading } from '../reading.ts'
import type { AgentSettings } from '../settings.ts'

export const startMs = 1_790_000_000_000
export const logKey = 'log.example+1a2b'
export const otherLogKey = 'elsewhere.example+3c4d'
export const peerId = `12D3KooW${'a'.repeat(44)}` as PeerId

export function taskIdOf(number: number): TaskId {
  const random = new Uint8Array(10)
  new DataView(random.buffer).setUint32(6, number)
  return uuidV7From(startMs, random) as TaskId
}

const module = cidOf('raw', new TextEncoder().encode('a module'))

export const task = TaskSpec.parse({
  task_type: 'wasm_execution',
  inputs: { module, call: { kind: 'wasi' } },
})

/** Which nobody else is to run. */
export const taskForOne = TaskSpec.parse({ ...task, verification: { quorum: 1 } })

export const training = TaskSpec.parse({
  task_type: 'federated_learning',
  inputs: {
    model: module,
    loss: 'softmax_cross_entropy',
    dataset: 'digits',
    rounds: 3,
    local_steps: 5,
    batch_size: 16,
    learning_rate: 0.1,
    privacy: { budget: { epsilon: 2, delta: 1e-5 } },
  },
})

export function orderOf(number: number, closesAtMs = startMs + 600_000): RoundOrder {
  const random = new Uint8Array(10).fill(number)
  const round_id = uuidV7From(startMs, random) as RoundId
  return { round_id, number, model: module, closes_at_ms: closesAtMs }
}

export function updateTo(offer: Offer, order: RoundOrder): RoundEnd {
  const update = envelopeOf('update', {
    round_id: order.round_id,
    task_id: offer.task_id,
    lease_epoch: offer.lease_epoch,
    base_model: order.model,
    delta: module,
    delta_digest: leaf,
    examples: null,
    privacy: null,
    trained_at_ms: startMs,
  })
  return { kind: 'contributed', update }
}

export function offerOf(number: number, epoch = 1, endsAtMs = startMs + 10_000): Offer {
  const ids = { task_id: taskIdOf(number), peer_id: peerId, lease_epoch: epoch }
  return { ...ids, lease_ends_at_ms: endsAtMs, task }
}

/** Signatures are checked before the core is told, so here they are of the right form only. */
function envelopeOf<Type extends MessageType>(type: Type, payload: PayloadOf<Type>) {
  const signed = { nonce: '00'.repeat(16) as Nonce, signature: 'cc'.repeat(64) as Signature }
  return { type, payload, peer_id: peerId, at_ms: startMs, ...signed } as Envelope<Type>
}

export function finished(offer: Offer, traceLeaves: readonly Digest[] = []): RunEnd {
  const receipt: Receipt = {
    task_id: offer.task_id,
    task_type: offer.task.task_type,
    task_digest: taskDigest(offer.task),
    lease_epoch: offer.lease_epoch,
    module,
    instrumented: 'aa'.repeat(32) as Digest,
    input: 'bb'.repeat(32) as Digest,
    output: module,
    output_bytes: 8,
    ending: { kind: 'ok' },
    gas: 1_000,
    trace_root: null,
    engine: { name: 'vcp-sandbox', version: '1.1' },
    started_at_ms: startMs,
    ended_at_ms: startMs,
  }
  return {
    kind: 'finished',
    receipt: envelopeOf('receipt', receipt),
    commitment: isAskedOnce(offer.task)
      ? null
      : envelopeOf('commitment', commitmentOf(peerId, receipt)),
    traceLeaves,
  }
}

export const leaf = 'dd'.repeat(32) as Digest

const measured: MeasuredTelemetry = {
  cpu_percent: 10,
  memory_percent: 30,
  temperature_c: 50,
  latency_ms: 5,
  bandwidth_up_mbps: null,
  bandwidth_down_mbps: null,
  battery_percent: null,
  on_mains: null,
  power_watts: null,
  gpus: [],
}

export function readingOf(
  changes: Partial<Omit<Reading, 'telemetry'>> = {},
  telemetry: Partial<MeasuredTelemetry> = {},
): Reading {
  return {
    telemetry: { ...measured, ...telemetry },
    memoryFreeMb: 16_000,
    diskFreeGb: 100,
    othersCpuPercent: 5,
    idleSeconds: 600,
    minuteOfDay: 720,
    ...changes,
  }
}

export const settings: AgentSettings = {
  tasksMax: 4,
  memoryMbMax: 4_096,
  memoryFreeMbMin: 512,
  diskFreeGbMin: 1,
  othersCpuPercentMax: 80,
  hours: null,
  onlyOnMains: false,
  onlyWhenIdleSeconds: null,
  taskTypes: ['wasm_execution'],
  breaker: defaultBreakerPolicy,
}
