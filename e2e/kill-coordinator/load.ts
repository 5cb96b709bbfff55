// Submitters and nodes at full speed, until the coordinator is gone. What was acknowledged is
// noted; what was sent and not answered is sent again in the next life, as a submitter would.
import { randomBytes } from 'node:crypto'
import {
  cidOf,
  type Digest,
  type NodeId,
  type Nonce,
  type Registration,
  signerFrom,
  signMessage,
  type TaskId,
  TaskSpec,
  type Telemetry,
  type TreeHead,
  taskDigest,
  uuidV7From,
} from '@vcp/protocol'
import type { Call } from './caller.ts'

export interface Known {
  /** Acknowledged tasks, with the digest of what was submitted. */
  readonly tasks: Map<TaskId, Digest>
  /** Nodes whose registration was acknowledged. */
  readonly nodes: Set<string>
  /** Sent, and never answered. */
  readonly unanswered: Map<TaskId, TaskSpec>
  /** Signed heads that were seen. */
  readonly notes: Set<string>
  readonly heads: TreeHead[]
}

export function nothingKnown(): Known {
  return {
    tasks: new Map(),
    nodes: new Set(),
    unanswered: new Map(),
    notes: new Set(),
    heads: [],
  }
}

const submitters = 6
const batchTasks = 20

/** Resolves when every connection has broken. */
export async function load(call: Call, known: Known): Promise<void> {
  const again = [...known.unanswered]
  await Promise.all([
    ...Array.from({ length: submitters }, (_, i) => submit(call, known, i === 0 ? batchTasks : 1)),
    resubmit(call, known, again),
    beat(call, known),
    watchHead(call, known),
  ])
}

async function resubmit(call: Call, known: Known, tasks: readonly [TaskId, TaskSpec][]) {
  for (const [taskId, task] of tasks) {
    const answer = await call('submitTask', { body: { task_id: taskId, task } })
    if (answer === null) return
    acknowledged(known, taskId, task)
  }
}

async function submit(call: Call, known: Known, count: number): Promise<void> {
  for (;;) {
    const tasks = Array.from({ length: count }, newTask)
    for (const { task_id, task } of tasks) known.unanswered.set(task_id, task)
    const answer =
      count === 1
        ? await call('submitTask', { body: tasks[0] })
        : await call('submitTasks', { body: { tasks } })
    if (answer === null) return
    for (const { task_id, task } of tasks) acknowledged(known, task_id, task)
    if (count > 1) allTaken(answer)
  }
}

function allTaken(answer: unknown): void {
  const { results } = answer as { readonly results: readonly { readonly taken: boolean }[] }
  const refused = results.find(({ taken }) => !taken)
  if (refused !== undefined) throw new Error(`a task was refused: ${JSON.stringify(refused)}`)
}

function acknowledged({ tasks, unanswered }: Known, taskId: TaskId, task: TaskSpec): void {
  unanswered.delete(taskId)
  tasks.set(taskId, taskDigest(task))
}

function newTask(): { readonly task_id: TaskId; readonly task: TaskSpec } {
  const random = randomBytes(10)
  const task = TaskSpec.parse({
    task_type: 'wasm_execution',
    // Another module for each task: a digest then shows whose task it is.
    inputs: { module: cidOf('raw', random), call: { kind: 'wasi' } },
  })
  return { task_id: uuidV7From(Date.now(), random) as TaskId, task }
}

const telemetry: Telemetry = {
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

/** A node that registers, and then reports as often as it is answered. */
async function beat(call: Call, known: Known): Promise<void> {
  const signer = signerFrom(randomBytes(32))
  const stamp = () => ({ nonce: randomBytes(16).toString('hex') as Nonce, atMs: Date.now() })
  const registration: Registration = {
    node_id: `node-${signer.peerId.slice(-12)}` as NodeId,
    region: 'eu-west',
    node_type: 'compute',
    capabilities: {
      bandwidth_mbps: 500,
      cpu_cores: 8,
      memory_gb: 32,
      gpu_available: false,
      disk_free_gb: 100,
      engines: { wasm_execution: { name: 'vcp-sandbox', version: '1.1' } },
    },
    addresses: [],
    software: 'vcp/0.1.0',
  }
  const body = { registration: signMessage('registration', registration, signer, stamp()) }
  if ((await call('registerNode', { body })) === null) return
  known.nodes.add(signer.peerId)
  for (;;) {
    const report = signMessage('heartbeat', telemetry, signer, stamp())
    const params = { id: signer.peerId }
    if ((await call('heartbeat', { params, body: report })) === null) return
  }
}

async function watchHead(call: Call, known: Known): Promise<void> {
  for (;;) {
    const note = await call('ledgerHead')
    if (note === null) return
    known.notes.add(note as string)
  }
}
