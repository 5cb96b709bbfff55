// Proofs through the whole of it: a circuit that is not ours, brought by its submitter, proved by a
// node, verified by the coordinator and again where it was submitted. Real processes, real keys.
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  createTaskFeed,
  memoryKnownLogs,
  nameBlob,
  type PreparedTask,
  type ProofChecker,
  prepareTask,
  runTask,
  submitTask,
  type TaskDraft,
  watchTask,
} from '@vcp/client'
import { buildOwnCircuit, checkProofOutput, verificationKeyFrom } from '@vcp/proofs'
import type { PeerId, ProofOutput } from '@vcp/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chanceFrom } from './network/chance.ts'
import { type Network, openNetwork, removeFolder } from './network/network.ts'

const source = fileURLToPath(new URL('../examples/proofs/polynomial.circom', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'vcp-e2e-proofs-'))
let network: Network
let blobs: Record<'r1cs' | 'provingKey' | 'verificationKey' | 'witnessGenerator', Uint8Array>

beforeAll(async () => {
  const into = join(folder, 'circuit')
  mkdirSync(into)
  const [built, opened] = await Promise.all([
    buildOwnCircuit(source, into),
    openNetwork({ folder, chance: chanceFrom(1).unit, isAnnounced: true }),
  ])
  network = opened
  if (!built.ok) throw new Error(built.reason)
  const read = (file: string) => new Uint8Array(readFileSync(file))
  const { r1cs, provingKey, verificationKey, witnessGenerator } = built.value.files
  blobs = {
    r1cs: read(r1cs),
    provingKey: read(provingKey),
    verificationKey: read(verificationKey),
    witnessGenerator: read(witnessGenerator),
  }
  await network.addNode('prover-1')
}, 120_000)

afterAll(async () => {
  expect(await network?.stop()).toEqual([])
  removeFolder(folder)
}, 60_000)

function taskWith(point: string, changes: object = {}): PreparedTask {
  const named = {
    r1cs: nameBlob(blobs.r1cs),
    proving_key: nameBlob(blobs.provingKey),
    verification_key: nameBlob(blobs.verificationKey),
    witness_generator: nameBlob(blobs.witnessGenerator),
  }
  const secret = nameBlob(new TextEncoder().encode(JSON.stringify({ point })))
  const cids = Object.fromEntries(Object.entries(named).map(([name, { cid }]) => [name, cid]))
  const draft = {
    task_type: 'zk_proof',
    inputs: {
      circuit: { from: 'files', ...cids, public_order: ['context', 'low', 'high', 'coefficients'] },
      public_inputs: { low: '10', high: '20', coefficients: ['5', '0', '2', '1'] },
      private_inputs: secret.cid,
    },
    verification: { level: 'proved' },
    requirements: { max_execution_seconds: 120 },
    reward_micro: 1_000,
    ...changes,
  }
  return prepareTask(draft as unknown as TaskDraft, { blobs: [...Object.values(named), secret] })
}

function keyOf() {
  const key = verificationKeyFrom(JSON.parse(new TextDecoder().decode(blobs.verificationKey)))
  if (!key.ok) throw new Error(key.reason)
  return key.value
}

const terms = {
  publicOrder: ['context', 'low', 'high', 'coefficients'],
  parameters: null,
  module: null,
}

const checker: ProofChecker = async (task) => {
  const key = keyOf()
  return ({ peer_id: nodeId, payload: receipt }, output) => {
    const holder = { taskId: receipt.task_id, nodeId, leaseEpoch: receipt.lease_epoch }
    const checked = checkProofOutput({ ...terms, task, holder, receipt, output, key })
    return checked.ok ? { ok: true, value: 'the statement of the example' } : checked
  }
}

function run(prepared: PreparedTask) {
  const options = { knownLogs: memoryKnownLogs(), proofChecker: checker }
  return runTask(network.connection, prepared, options)
}

describe('a circuit of the submitter’s own', () => {
  test('is proved by a node, and the result is proved where it was submitted too', async () => {
    const task = taskWith('17')
    const result = await run(task)
    expect(result.level).toBe('proved')
    const output = JSON.parse(new TextDecoder().decode(result.output)) as ProofOutput
    // 17^3 + 2 * 17^2 + 5
    expect(output.signals[0]).toBe('5496')
    expect(output.setup).toBe('development')
    expect(new TextDecoder().decode(result.output)).not.toContain('"17"')

    // The same proof, shown for another node, task or lease, is none.
    const nodeId = result.evidence.receipts[0]!.receipt.peer_id
    const holder = {
      taskId: task.submission.task_id,
      nodeId,
      leaseEpoch: result.receipt.lease_epoch,
    }
    const of = {
      task: task.submission.task,
      receipt: result.receipt,
      output: result.output,
      key: keyOf(),
      ...terms,
    }
    expect(checkProofOutput({ ...of, holder })).toMatchObject({ ok: true })
    const others = [
      { ...holder, nodeId: '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN' as PeerId },
      { ...holder, taskId: taskWith('17').submission.task_id },
      { ...holder, leaseEpoch: holder.leaseEpoch + 1 },
    ]
    for (const other of others) {
      expect(checkProofOutput({ ...of, holder: other })).toMatchObject({ ok: false })
    }
  }, 120_000)

  test('whose statement is false is told so by the node, with the place', async () => {
    const { connection } = network
    const task = taskWith('25')
    const id = task.submission.task_id
    const feed = createTaskFeed(connection)
    try {
      const begin = () => submitTask(connection, task)
      for await (const { setback } of watchTask(connection, feed, id, begin)) {
        if (setback !== null) break
      }
    } finally {
      feed.close()
    }
    await connection.ask('cancelTask', { params: { id } })
    const { assignments } = await connection.ask('taskAssignments', { params: { id } })
    expect(assignments[0]).toMatchObject({
      state: 'lost',
      declined: 'statement_false',
      reason: expect.stringMatching(/do not satisfy the circuit: Error in template \w+ line: \d+/),
    })
  }, 120_000)

  test('is refused at once where nothing would tie a proof to the task', async () => {
    const task = taskWith('17')
    const { submission } = task
    if (submission.task.task_type !== 'zk_proof') throw new Error('another type of task')
    const { inputs } = submission.task
    const circuit = { ...inputs.circuit, public_order: ['low', 'high', 'coefficients'] }
    const free = prepareTask({ ...submission.task, inputs: { ...inputs, circuit } } as TaskDraft, {
      blobs: task.blobs,
    })
    await expect(run(free)).rejects.toMatchObject({ code: 'TASK_REFUSED' })
  }, 60_000)

  test('is refused at once with a key that anybody can forge for', async () => {
    const json = JSON.parse(new TextDecoder().decode(blobs.verificationKey))
    const forgeable = JSON.stringify({ ...json, vk_delta_2: json.vk_gamma_2 })
    const kept = blobs
    blobs = { ...kept, verificationKey: new TextEncoder().encode(forgeable) }
    try {
      const refusal = { code: 'TASK_REFUSED', message: expect.stringContaining('forge') }
      await expect(run(taskWith('17'))).rejects.toMatchObject(refusal)
    } finally {
      blobs = kept
    }
  }, 60_000)
})

test('a proof is checked against the key of a circuit that is registered', async () => {
  const circuits = fileURLToPath(new URL('../circuits/update-norm/', import.meta.url))
  const read = (what: string) =>
    JSON.parse(readFileSync(`${circuits}update-norm.${what}.json`, 'utf8'))
  const { proof, signals } = read('proof')
  const verification_key = read('manifest').variants.small.verification_key
  const body = { circuit: 'update-norm', verification_key, public_inputs: signals, proof }
  const ask = (changes: object) =>
    network.connection.ask('verifyProof', { body: { ...body, ...changes } })
  expect(await ask({})).toEqual({ valid: true, reason: null })
  const lower = [...signals.slice(0, 2), String(BigInt(signals[2]) - 1n)]
  expect(await ask({ public_inputs: lower })).toMatchObject({ valid: false })
  await expect(ask({ circuit: 'model-diff' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
}, 60_000)
