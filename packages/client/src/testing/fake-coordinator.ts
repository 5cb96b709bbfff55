// The routes that a submitter uses, over a log in memory. Nodes answer at once, or when told to.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type AccountId,
  type Cid,
  type ErrorCode,
  type Evidence,
  errors,
  isEnded,
  limits,
  momentOf,
  type RouteName,
  routes,
  type Submission,
  type TaskInfo,
  type TaskState,
  taskDigest,
  wireErrors,
} from '@vcp/protocol'
import { onTestFinished } from 'vitest'
import { FakeLog, keyOfLog } from './fake-log.ts'

export const apiKeyGiven = `vcp_${'k'.repeat(32)}`
const owner_id = '019f0000-0000-7000-8000-000000000009' as AccountId

export interface Call {
  readonly name: RouteName
  readonly id: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** What becomes of a call instead of its answer: the line is cut, or it is refused. */
export type Mishap =
  | 'cut'
  /** It is done, and nobody is told. */
  | 'cut-after'
  | { readonly code: ErrorCode; readonly retryAfter?: number }
  | undefined

interface FakeTask {
  info: TaskInfo
  evidence: Evidence | null
}

export class FakeCoordinator {
  readonly log: FakeLog
  readonly tasks = new Map<string, FakeTask>()
  readonly blobs = new Map<string, Buffer>()
  readonly calls: Call[] = []
  /** Turned by tests. */
  mishap: (call: Call) => Mishap = () => undefined
  outputOf: (submission: Submission) => Uint8Array | null = () => Buffer.from('the output')
  tamper: (evidence: Evidence) => unknown = (evidence) => evidence
  /** What comes of an output beside its evidence. */
  tamperOutput: (bytes: Buffer) => Buffer = (bytes) => bytes
  /** What is said of one task's evidence among that of others, instead of the evidence. */
  evidenceMishap: (taskId: string) => ErrorCode | undefined = () => undefined
  /** How much of the next blobs is sent before the line is cut. */
  cutBlobsAfter: number[] = []
  url = ''
  readonly #streams = new Set<ServerResponse>()

  constructor(log = new FakeLog()) {
    this.log = log
  }

  /** How often a route was called. */
  count(name: RouteName): number {
    return this.calls.filter((call) => call.name === name).length
  }

  cutStreams(): void {
    for (const stream of this.#streams) stream.destroy()
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const found = routeOf(request.method ?? '', pathname)
    if (found === null) return this.#refuse(response, { code: 'NOT_FOUND' })
    const call: Call = { ...found, headers: request.headers, body: Buffer.concat(chunks) }
    this.calls.push(call)
    const mishap = this.mishap(call)
    if (mishap === 'cut') return void response.destroy()
    if (mishap !== undefined && mishap !== 'cut-after') return this.#refuse(response, mishap)
    const isKnown = call.headers['x-api-key'] === apiKeyGiven
    if (routes[call.name].access !== 'public' && !isKnown) {
      return this.#refuse(response, { code: 'UNAUTHENTICATED' })
    }
    if (call.name === 'events') return this.#stream(call, response)
    const answer = this.#answer(call, searchParams)
    if (mishap === 'cut-after') return void response.destroy()
    if (answer === null) return this.#refuse(response, { code: 'NOT_FOUND' })
    if (Buffer.isBuffer(answer)) return this.#bytes(call, answer, response)
    response.writeHead(routes[call.name].status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer))
  }

  #answer({ name, id, body }: Call, query: URLSearchParams): unknown {
    switch (name) {
      case 'health':
        return { ...health, log_key: keyOfLog(this.log.signer) }
      case 'putBlob':
        this.blobs.set(id, body)
        return { cid: id, bytes: body.length }
      case 'getBlob':
        return this.blobs.get(id) ?? null
      case 'submitTask':
        return this.#submit(routes.submitTask.body.parse(JSON.parse(body.toString())))
      case 'submitTasks': {
        const { tasks } = routes.submitTasks.body.parse(JSON.parse(body.toString()))
        return { results: tasks.map((each) => ({ taken: true, task: this.#submit(each) })) }
      }
      case 'getTask':
        return this.tasks.get(id)?.info ?? null
      case 'listTasks': {
        const all = [...this.tasks.values()].map(({ info }) => info)
        const from = Number(query.get('cursor') ?? 0)
        const to = from + Number(query.get('limit') ?? 100)
        return { tasks: all.slice(from, to), next_cursor: to < all.length ? String(to) : null }
      }
      case 'taskEvidence':
        return this.#evidence(id)
      case 'tasksEvidence': {
        const { task_ids, outputs } = routes.tasksEvidence.body.parse(JSON.parse(body.toString()))
        const results = task_ids.map((task_id) => {
          const evidence = this.#evidence(task_id)
          const code = evidence === null ? 'TASK_UNKNOWN' : this.evidenceMishap(task_id)
          const output = outputs ? this.#smallOutput(task_id) : null
          if (code === undefined) return { found: true, evidence, output }
          return { found: false, task_id, refusal: refusalBody(code) }
        })
        return { results }
      }
      default:
        return null
    }
  }

  #evidence(id: string): unknown {
    const evidence = this.tasks.get(id)?.evidence ?? null
    return evidence === null ? null : this.tamper(evidence)
  }

  #smallOutput(id: string): string | null {
    const cid = this.tasks.get(id)?.evidence?.receipts[0]?.receipt.payload.output
    const bytes = cid === undefined ? undefined : this.blobs.get(cid)
    const isSmall = bytes !== undefined && bytes.length <= limits.evidenceOutputBytesMax
    return isSmall ? this.tamperOutput(bytes).toString('base64') : null
  }

  #submit(submission: Submission): TaskInfo {
    const { task_id, task } = submission
    const known = this.tasks.get(task_id)
    if (known !== undefined) return known.info
    const digest = taskDigest(task)
    this.log.append({ type: 'task-submitted', task_id, owner_id, task_digest: digest, task })
    this.tasks.set(task_id, { info: infoOf(submission, 'pending'), evidence: null })
    const { info } = this.tasks.get(task_id)!
    const output = this.outputOf(submission)
    if (output !== null) this.complete(submission, output)
    return info
  }

  complete(submission: Submission, output: Uint8Array): void {
    const { evidence, cid } = this.log.run(submission, output)
    this.blobs.set(cid, Buffer.from(output))
    const assigned = evidence.receipts.map(({ receipt }) => receipt.peer_id)
    const info = infoOf(submission, 'completed', cid)
    this.tasks.set(submission.task_id, {
      info: { ...info, level: evidence.level, assigned_nodes: assigned },
      evidence,
    })
  }

  fail(submission: Submission, reason: string): void {
    const info = { ...infoOf(submission, 'failed'), reason }
    this.tasks.set(submission.task_id, { info, evidence: null })
    this.log.append({ type: 'task-failed', task_id: submission.task_id, reason })
  }

  async #stream({ headers }: Call, response: ServerResponse): Promise<void> {
    const last = headers['last-event-id']
    let at = last === undefined ? this.log.entries.length : Number(last) + 1
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(': connected\nretry: 2000\n\n')
    this.#streams.add(response)
    while (!response.destroyed) {
      for (const entry of this.log.entries.slice(at)) {
        response.write(`id: ${entry.index}\nevent: x\ndata: ${JSON.stringify(entry)}\n\n`)
        at = entry.index + 1
      }
      await this.log.more()
    }
    this.#streams.delete(response)
  }

  #bytes({ headers }: Call, bytes: Buffer, response: ServerResponse): void {
    const from = /^bytes=(\d+)-/.exec(headers.range ?? '')?.[1]
    response.writeHead(from === undefined ? 200 : 206)
    const part = from === undefined ? bytes : bytes.subarray(Number(from))
    const cutAfter = this.cutBlobsAfter.shift()
    if (cutAfter === undefined) response.end(part)
    else response.write(part.subarray(0, cutAfter), () => response.destroy())
  }

  #refuse(
    response: ServerResponse,
    { code, retryAfter }: { readonly code: ErrorCode; readonly retryAfter?: number },
  ): void {
    const { status } = errors[code]
    const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(refusalBody(code)))
  }
}

function refusalBody(code: ErrorCode) {
  const { status, meaning, hint } = errors[code]
  const body = { error: wireErrors[status], message: meaning, hint, request_id: 'r-1' }
  return { ...body, details: { code } }
}

const health = {
  status: 'ok',
  ready: true,
  reason: null,
  version: '0.1.0',
  protocol: 1,
  mesh: null,
}

function infoOf({ task_id, task }: Submission, status: TaskState, output?: Cid): TaskInfo {
  return {
    task_id,
    task_type: task.task_type,
    task_digest: taskDigest(task),
    owner_id,
    status,
    reason: isEnded(status) ? null : 'it waits for a node',
    level: null,
    assigned_nodes: [],
    former_assigned_nodes: [],
    created_at: momentOf(1_790_000_000_000),
    updated_at: momentOf(1_790_000_000_000),
    result: output === undefined ? null : { output, provisional: false },
    proof_id: null,
  }
}

function routeOf(
  method: string,
  path: string,
): { readonly name: RouteName; readonly id: string } | null {
  for (const [name, route] of Object.entries(routes)) {
    const pattern = new RegExp(`^${route.path.replace(/\{[a-z_]+\}/, '([^/]+)')}$`)
    const found = route.method === method ? pattern.exec(path) : null
    if (found !== null) return { name: name as RouteName, id: found[1] ?? '' }
  }
  return null
}

/** Serves until the test ends. */
export async function serveFake(log?: FakeLog): Promise<FakeCoordinator> {
  const fake = new FakeCoordinator(log)
  const server = createServer((request, response) => void fake.handle(request, response))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return fake
}
