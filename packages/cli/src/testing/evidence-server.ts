// A coordinator that has one completed task: the recorded, really signed evidence of the protocol.
import { cidOf, pathOf, routes, type TaskId } from '@vcp/protocol'
import sample from '@vcp/protocol/vectors/evidence.json' with { type: 'json' }
import { health, serve } from './coordinator.ts'

export const taskId = sample.task_id as TaskId
export const task = sample.task
export const output = Buffer.from(sample.output, 'hex')
export const logKey = sample.log.verifier_key

export interface EvidenceServer {
  readonly evidence?: unknown
  readonly output?: Uint8Array
  readonly logKey?: string
  readonly status?: string
}

export const evidence = { signed: sample.signed, replicated: sample.replicated }

/** Serves until the test ends; gives its URL. */
export function serveEvidence(given: EvidenceServer = {}): Promise<string> {
  const { status = 'completed' } = given
  const cid = cidOf('raw', output)
  const info = {
    task_id: taskId,
    task_type: 'wasm_execution',
    task_digest: sample.signed.receipts[0]?.receipt.payload.task_digest,
    owner_id: '019f0000-0000-7000-8000-000000000009',
    status,
    reason: status === 'completed' ? null : 'for a test',
    level: 'signed',
    assigned_nodes: [],
    former_assigned_nodes: [],
    created_at: '2026-09-21T14:13:20.000Z',
    updated_at: '2026-09-21T14:13:20.000Z',
    result: { output: cid, provisional: false },
    proof_id: null,
  }
  const bodies: Readonly<Record<string, unknown>> = {
    [routes.health.path]: { ...health, log_key: given.logKey ?? logKey },
    [pathOf('getTask', { id: taskId })]: info,
    [pathOf('taskEvidence', { id: taskId })]: given.evidence ?? sample.signed,
    [pathOf('getBlob', { cid })]: given.output ?? output,
  }
  return serve((request, response) => {
    const body = bodies[request.url ?? '']
    response.writeHead(body === undefined ? 404 : 200)
    response.end(body instanceof Uint8Array ? body : JSON.stringify(body ?? {}))
  })
}
