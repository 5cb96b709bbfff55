import { fileURLToPath } from 'node:url'
import { openMemoryStore } from '@vcp/mesh'
import { committedKeys } from '@vcp/proofs'
import { cidOf, pass, TaskSpec as Task, type TaskSpec } from '@vcp/protocol'
import { afterAll, describe, expect, test } from 'vitest'
import { defaultSettings } from '../core/settings.ts'
import { State } from '../core/state.ts'
import { createProofDesk } from './proof-desk.ts'
import { createProofVerifier } from './proof-verifier.ts'

const circuits = fileURLToPath(new URL('../../../../circuits/', import.meta.url))
const keys = new Map((await committedKeys(circuits)).map((key) => [key.digest, key]))
const norm = [...keys.values()].find(({ name }) => name === 'update-norm')!
const execution = [...keys.values()].find(({ name }) => name === 'execution')!
const verifier = createProofVerifier()
afterAll(() => verifier.close())

const store = await openMemoryStore(1_048_576)

function deskFor(takesDevelopmentKeys: boolean) {
  const loop = { state: new State(defaultSettings), tell: async () => pass(null) }
  return createProofDesk({ loop, store, verifier, keys: async () => keys, takesDevelopmentKeys })
}

function normTask(inputs: object = {}): TaskSpec {
  const { name, digest: verification_key } = norm
  const circuit = { from: 'catalogue', name, verification_key }
  return Task.parse({
    task_type: 'zk_proof',
    inputs: { circuit, public_inputs: { bound: '7' }, ...inputs },
    verification: { level: 'proved' },
  })
}

describe('a task that wants a proof', () => {
  test('is taken with a key that is known and inputs that fit it', async () => {
    expect(await deskFor(true).admit(normTask())).toEqual({ ok: true, value: null })
  }, 20_000)

  test('is refused with a key for development where strangers come in', async () => {
    const refusal = { ok: false, code: 'TASK_REFUSED', reason: expect.stringContaining('forge') }
    expect(await deskFor(false).admit(normTask())).toMatchObject(refusal)
  })

  test('is refused where no proof of it could ever be checked', async () => {
    const unknown = { from: 'catalogue', name: 'update-norm', verification_key: 'ab'.repeat(32) }
    const another = { from: 'catalogue', name: 'model-diff', verification_key: norm.digest }
    const cid = cidOf('raw', new TextEncoder().encode('nowhere'))
    const files = { r1cs: cid, proving_key: cid, verification_key: cid, witness_generator: cid }
    const absent = { from: 'files', ...files, public_order: ['context'] }
    const tasks = [
      { public_inputs: {} },
      { public_inputs: { bound: '7', other: '1' } },
      { public_inputs: { bound: 'seven' } },
      ...[unknown, another, absent].map((circuit) => ({ circuit })),
    ]
    for (const inputs of tasks) {
      const admitted = await deskFor(true).admit(normTask(inputs))
      expect(admitted).toMatchObject({ ok: false, code: 'TASK_REFUSED' })
    }
  })

  test('is refused with a key whose JSON is deeper than keys are', async () => {
    const nested = new TextEncoder().encode(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
    const cid = cidOf('raw', nested)
    await store.put([nested], { shape: 'whole', cid })
    const files = { r1cs: cid, proving_key: cid, verification_key: cid, witness_generator: cid }
    const circuit = { from: 'files', ...files, public_order: ['context'] }
    const refusal = { ok: false, code: 'TASK_REFUSED', reason: expect.stringContaining('nested') }
    expect(await deskFor(true).admit(normTask({ circuit }))).toMatchObject(refusal)
  })

  test('for the run of a module is refused where the module does not fit the circuit', async () => {
    const module = new TextEncoder().encode('no module')
    const cid = cidOf('raw', module)
    await store.put([module], { shape: 'whole', cid })
    const { name, digest: verification_key } = execution
    const task = Task.parse({
      task_type: 'wasm_execution',
      inputs: {
        module: cid,
        call: { kind: 'function', function: 'f' },
        proof: { from: 'catalogue', name, verification_key },
      },
    })
    const refusal = { ok: false, code: 'TASK_REFUSED', reason: expect.stringContaining('module') }
    expect(await deskFor(true).admit(task)).toMatchObject(refusal)
  })
})
