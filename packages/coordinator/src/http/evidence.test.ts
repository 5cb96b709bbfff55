import {
  checkEvidence,
  cidOf,
  commitmentOf,
  noteVerifier,
  publicKeyOf,
  signerFrom,
} from '@vcp/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { receiptOf, taskIdOf, telemetry, wasmTask } from '../core/testing/samples.ts'
import { type Caller, signIn } from '../testing/http-caller.ts'
import { type SignedNode, signedNode } from '../testing/signed-node.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
let ana: Caller
beforeAll(async () => {
  server = await startTestServer()
  ana = await signIn(server.url, 'ana')
})
afterAll(() => server.stop())

const taskId = taskIdOf(1)

/** From the offer to the receipt, as the mesh will bring it. */
async function run({ signer, sign }: SignedNode): Promise<void> {
  const { peerId } = signer
  const { assignments } = server.loop.state.tasks.get(taskId)!
  const epoch = assignments.find((each) => each.peerId === peerId)!.epoch
  const answer = { answer: 'accept', task_id: taskId, lease_epoch: epoch } as const
  const receipt = receiptOf(task, { taskId, epoch })
  const commitment = commitmentOf(peerId, receipt)
  expect(await server.loop.tell({ type: 'offer-answered', peerId, answer })).toMatchObject({
    ok: true,
  })
  await server.loop.tell({ type: 'commitment-received', peerId, commitment })
  reveals.push(() =>
    server.loop.tell({ type: 'receipt-received', receipt: sign('receipt', receipt) }),
  )
}

const reveals: (() => Promise<unknown>)[] = []
const task = wasmTask({ requirements: { min_nodes: 2 } })

test('evidence over HTTP shows at home what the coordinator says of the result', async () => {
  const nodes = [signedNode(41), signedNode(42)]
  for (const node of nodes) {
    expect((await ana.call('registerNode', { body: node.registration() })).status).toBe(201)
    const params = { id: node.signer.peerId }
    await ana.call('heartbeat', { params, body: node.sign('heartbeat', telemetry) })
  }
  await ana.call('submitTask', { body: { task_id: taskId, task } })
  for (const node of nodes) await run(node)
  for (const reveal of reveals) expect(await reveal()).toMatchObject({ ok: true })

  const answer = await ana.call('taskEvidence', { params: { id: taskId } })
  expect(answer).toMatchObject({ status: 200, json: { level: 'replicated' } })
  const origin = 'test.example/log'
  const key = publicKeyOf(signerFrom(new Uint8Array(32).fill(5)).peerId)!
  const log = { origin, verifier: noteVerifier(origin, key) }
  const report = checkEvidence(answer.json, { log })
  expect(report.steps.filter(({ result }) => result === 'failed')).toEqual([])
  expect(report).toMatchObject({ ok: true, level: 'replicated' })
  const assigned = await ana.call('taskAssignments', { params: { id: taskId } })
  expect(assigned.json['assignments']).toMatchObject([
    { state: 'validated' },
    { state: 'validated' },
  ])
})

test('a small output comes with the evidence of its result, where that is asked for', async () => {
  const bytes = Buffer.from('output')
  const stored = await ana.call('putBlob', { params: { cid: cidOf('raw', bytes) }, body: bytes })
  expect(stored.status).toBe(201)
  const outputOf = async (body: object) => {
    const { json } = await ana.call('tasksEvidence', { body: { task_ids: [taskId], ...body } })
    return (json['results'] as { output: unknown }[])[0]!.output
  }
  expect(await outputOf({ outputs: true })).toBe(bytes.toString('base64'))
  expect(await outputOf({})).toBeNull()
})

test('evidence of many results comes in the order asked, and what is not there too', async () => {
  const other = taskIdOf(2)
  await ana.call('submitTask', { body: { task_id: other, task: wasmTask() } })
  const unknown = taskIdOf(3)
  const body = { task_ids: [other, taskId, unknown, taskId] }
  const { status, json } = await ana.call('tasksEvidence', { body })
  expect(status).toBe(200)
  expect(json['results']).toMatchObject([
    { found: false, task_id: other, refusal: { details: { code: 'CONFLICT' } } },
    { found: true, evidence: { task_id: taskId, level: 'replicated' } },
    { found: false, task_id: unknown, refusal: { details: { code: 'TASK_UNKNOWN' } } },
    { found: true, evidence: { task_id: taskId } },
  ])
  const alone = await ana.call('taskEvidence', { params: { id: taskId } })
  const [, same] = json['results'] as { evidence: unknown }[]
  expect(same).toEqual({ found: true, evidence: alone.json, output: null })

  const ben = await signIn(server.url, 'ben')
  const stranger = await ben.call('tasksEvidence', { body: { task_ids: [taskId] } })
  expect(stranger.json['results']).toMatchObject([
    { found: false, task_id: taskId, refusal: { details: { code: 'TASK_UNKNOWN' } } },
  ])
  const tooMany = { task_ids: Array.from({ length: 101 }, () => taskId) }
  expect((await ana.call('tasksEvidence', { body: tooMany })).status).toBe(422)
})
