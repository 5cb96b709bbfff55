// The engine that proves, with a circuit built for this test: what it makes, what it declines, and
// that it can be stopped.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildOwnCircuit, checkProofOutput, verificationKeyFrom } from '@vcp/proofs'
import { type Cid, cidOf, type PeerId, signerFrom, type TaskOf, taskSchemas } from '@vcp/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSealed, sealFor } from '../../keystore/sealed-box.ts'
import type { Engine, Work } from '../engine.ts'
import { taskId } from '../testing/metered-work.ts'
import { openProveEngine } from './prove-engine.ts'
import { openProving, type Proving } from './proving.ts'

type ProofTask = TaskOf<'zk_proof'>

const source = fileURLToPath(
  new URL('../../../../../examples/proofs/polynomial.circom', import.meta.url),
)
const secret = Buffer.alloc(32, 7)
const { peerId } = signerFrom(secret)
const other = signerFrom(Buffer.alloc(32, 8)).peerId
const folder = mkdtempSync(join(tmpdir(), 'vcp-prove-engine-'))
const terms = {
  publicOrder: ['context', 'low', 'high', 'coefficients'],
  parameters: null,
  module: null,
}
let proving: Proving
let engine: Engine<'zk_proof'>
let files: Record<'r1cs' | 'proving_key' | 'verification_key' | 'witness_generator', Uint8Array>

beforeAll(async () => {
  const unseal = (box: Uint8Array) => openSealed(peerId, secret, box)
  proving = await openProving({ peerId, unseal, rapidsnark: null }, join(folder, 'data'))
  engine = openProveEngine(proving)
  const built = await buildOwnCircuit(source, folder)
  if (!built.ok) throw new Error(built.reason)
  const { r1cs, provingKey, verificationKey, witnessGenerator } = built.value.files
  files = {
    r1cs: readFileSync(r1cs),
    proving_key: readFileSync(provingKey),
    verification_key: readFileSync(verificationKey),
    witness_generator: readFileSync(witnessGenerator),
  }
}, 120_000)
afterAll(async () => {
  await proving.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Given {
  readonly secrets?: Uint8Array
  readonly inputs?: object
  readonly changed?: Partial<typeof files>
}

function workWith({ secrets = json({ point: '17' }), inputs = {}, changed = {} }: Given = {}) {
  const named = Object.entries({ ...files, ...changed }).map(
    ([name, bytes]) => [name, cidOf('raw', bytes), bytes] as const,
  )
  const own = cidOf('raw', secrets)
  const task: ProofTask = taskSchemas.zk_proof.parse({
    task_type: 'zk_proof',
    inputs: {
      circuit: {
        from: 'files',
        ...Object.fromEntries(named.map(([name, cid]) => [name, cid])),
        public_order: terms.publicOrder,
      },
      public_inputs: { low: '10', high: '20', coefficients: ['5', '0', '2', '1'] },
      private_inputs: own,
      ...inputs,
    },
    requirements: { max_execution_seconds: 60 },
  })
  const blobs = new Map<Cid, Uint8Array>([[own, secrets]])
  for (const [, cid, bytes] of named) blobs.set(cid, bytes)
  const { signal } = new AbortController()
  const work: Work<'zk_proof'> = {
    taskId,
    leaseEpoch: 2,
    requester: 'a test',
    task,
    blobs,
    signal,
    onProgress: () => undefined,
  }
  return work
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

/** Tells a point from its square, and is of no other use. */
const otherSource = `pragma circom 2.2.3;
template Square() {
  signal input context;
  signal input low;
  signal input high;
  signal input coefficients[4];
  signal input point;
  signal output square;
  square <== point * point + low + high + coefficients[0];
}
component main { public [context, low, high, coefficients] } = Square();
`

async function reasonOf(work: Work<'zk_proof'>): Promise<string> {
  const result = await engine.run(work)
  return result.kind === 'failed' ? result.reason : 'proved'
}

describe('the engine that proves', () => {
  test('hands in a proof that is tied to its node, and that its receipt names', async () => {
    const work = workWith()
    const result = await engine.run(work)
    if (result.kind === 'failed') throw new Error(result.reason)
    const key = verificationKeyFrom(JSON.parse(new TextDecoder().decode(files.verification_key)))
    if (!key.ok) throw new Error(key.reason)
    const { part: receipt, output } = result
    const of = { ...terms, task: work.task, receipt, output, key: key.value }
    const holder = { taskId, nodeId: peerId, leaseEpoch: 2 }
    expect(checkProofOutput({ ...of, holder })).toMatchObject({
      ok: true,
      value: { isBound: true },
    })
    const stolen = { ...holder, nodeId: other }
    expect(checkProofOutput({ ...of, holder: stolen })).toMatchObject({ ok: false })
  }, 60_000)

  test('opens private inputs that were sealed to it', async () => {
    const secrets = sealFor([peerId], json({ point: '12' }))
    const result = await engine.run(workWith({ secrets, inputs: { sealed_to: [peerId] } }))
    expect(result.kind).toBe('finished')
  }, 60_000)

  test('says what of a task cannot be proved', async () => {
    const cases = [
      [{ secrets: json({ point: '25' }) }, 'the inputs do not satisfy the circuit'],
      [{ secrets: json({ point: 17 }) }, 'not an object of numbers as texts'],
      [{ secrets: json({ point: '17', low: '3' }) }, 'low is public and cannot be private too'],
      [{ changed: { witness_generator: Buffer.from('no module') } }, 'it is no WASM module'],
      [{ changed: { proving_key: Buffer.from('no key') } }, 'the proving key cannot be used'],
      [
        { changed: { verification_key: Buffer.from('no key') } },
        'the verification key is not JSON',
      ],
    ] as const
    for (const [given, reason] of cases) expect(await reasonOf(workWith(given))).toContain(reason)
  }, 60_000)

  test('names what has no proof anywhere: a false statement, files of two circuits', async () => {
    const isFalse = await engine.run(workWith({ secrets: json({ point: '25' }) }))
    expect(isFalse).toMatchObject({ kind: 'failed', isOurs: false, code: 'statement_false' })
    const into = join(folder, 'other')
    mkdirSync(into)
    const file = join(into, 'square.circom')
    writeFileSync(file, otherSource)
    const built = await buildOwnCircuit(file, into)
    if (!built.ok) throw new Error(built.reason)
    const r1cs = readFileSync(built.value.files.r1cs)
    const mixed = await engine.run(workWith({ changed: { r1cs } }))
    expect(mixed).toMatchObject({ kind: 'failed', code: 'circuits_differ' })
  }, 120_000)

  test('is stopped at once, and takes no more memory than the task may', async () => {
    const stop = new AbortController()
    const running = engine.run({ ...workWith(), signal: stop.signal })
    stop.abort()
    expect(await running).toMatchObject({ kind: 'failed', isOurs: false })
    const small = workWith({ inputs: { limits: { memory_mb: 64 } } })
    expect(await reasonOf(small)).toContain('bytes of memory')
  }, 60_000)

  test('declines what it has no data for: another’s box, a circuit that was not built here', () => {
    const objectionTo = (inputs: object) => engine.needs(workWith({ inputs }).task).objection
    expect(objectionTo({})).toBeNull()
    expect(objectionTo({ sealed_to: [other as PeerId] })).toMatchObject({ reason: 'data_missing' })
    const circuit = { from: 'catalogue', name: 'update-norm', verification_key: 'ab'.repeat(32) }
    expect(objectionTo({ circuit })).toMatchObject({ reason: 'data_missing' })
    const task = workWith({ inputs: { limits: { memory_mb: 3_000 } } }).task
    expect(engine.needs(task)).toMatchObject({ memoryMb: 3_000 })
  })
})
