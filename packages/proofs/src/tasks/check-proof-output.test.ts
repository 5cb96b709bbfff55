import {
  cidOf,
  type PeerId,
  type ProofOutput,
  signerFrom,
  type TaskId,
  TaskSpec,
  type WasmValue,
} from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { verificationKeyFrom } from '../groth16/verification-key.ts'
import { keyOf, proofBy, trapdoor } from '../testing/trapdoor.ts'
import {
  checkProofOutput,
  encodeProofOutput,
  type ProofCase,
  publicOrderOf,
} from './check-proof-output.ts'
import { type ProofHolder, proofContext, proofInputDigest } from './proof-binding.ts'
import { layoutOf } from './signal-layout.ts'

// One output, then context, then two public inputs: proofs of anything, for who has the secrets.
const secrets = trapdoor(1, 4)
const key = openedKey(secrets)
const publicOrder = ['context', 'bound', 'limit']
const terms = { publicOrder, parameters: null, module: null }
const blob = cidOf('raw', new TextEncoder().encode('a file'))
const [ana, ben] = ['a1', 'b2'].map((hex) => signerFrom(Buffer.from(hex.repeat(32), 'hex')).peerId)
const holder: ProofHolder = {
  taskId: '019f0000-0000-7000-8000-000000000001' as TaskId,
  nodeId: ana as PeerId,
  leaseEpoch: 3,
}

function openedKey(of: typeof secrets) {
  const opened = verificationKeyFrom(keyOf(of))
  if (!opened.ok) throw new Error(opened.reason)
  return opened.value
}

function taskWith(public_inputs: object, public_order = publicOrder): TaskSpec {
  const files = { r1cs: blob, proving_key: blob, verification_key: blob, witness_generator: blob }
  return TaskSpec.parse({
    task_type: 'zk_proof',
    inputs: { circuit: { from: 'files', ...files, public_order }, public_inputs },
  })
}

const task = taskWith({ bound: '7', limit: '9' })

interface Making {
  readonly by?: ProofHolder
  readonly signals?: readonly bigint[]
  readonly change?: Partial<ProofOutput>
  readonly context?: bigint
  readonly values?: readonly WasmValue[] | null
}

/** What an honest node hands in, but for what is changed. */
function caseOf({ by = holder, signals = [5n, 0n, 7n, 9n], change, ...made }: Making = {}) {
  const input = proofInputDigest(task)
  const values = null
  const statement = { key: key.digest, signals, contextAt: 1, values }
  const context = made.context ?? proofContext(by, input, statement)
  const proved = signals.map((signal, at) => (at === 1 ? context : signal))
  const output = encodeProofOutput({
    format: 'vcp-proof/1',
    verification_key: key.digest,
    setup: 'unknown',
    proof: proofBy(secrets, proved, 11) as never,
    signals: proved.map(String),
    following: [],
    values,
    ...change,
  })
  const receipt = { input, output: cidOf('raw', output) }
  return { ...terms, task, holder, receipt, output, key } satisfies ProofCase
}

function reasonOf(of: ProofCase): string {
  const checked = checkProofOutput(of)
  return checked.ok ? 'accepted' : checked.reason
}

describe('a proof that was handed in for a task', () => {
  test('is taken when key, inputs, context and equation hold', () => {
    const checked = checkProofOutput(caseOf())
    expect(checked).toMatchObject({ ok: true, value: { isBound: true } })
  })

  test('is refused when another node, task or lease claims it', () => {
    const replayed = [
      { ...holder, nodeId: ben as PeerId },
      { ...holder, taskId: '019f0000-0000-7000-8000-000000000002' as TaskId },
      { ...holder, leaseEpoch: 4 },
    ]
    for (const claimed of replayed) {
      expect(reasonOf({ ...caseOf(), holder: claimed })).toContain('another task, node, lease')
    }
  })

  test('is refused when its context was put in place of the one that it was proved with', () => {
    const theirs = caseOf({ by: { ...holder, nodeId: ben as PeerId } })
    const ours = caseOf()
    const [{ signals }, stolen] = [ours, theirs].map(({ output }) =>
      JSON.parse(new TextDecoder().decode(output)),
    ) as [ProofOutput, ProofOutput]
    const output = encodeProofOutput({ ...stolen, signals })
    const receipt = { ...ours.receipt, output: cidOf('raw', output) }
    expect(reasonOf({ ...ours, output, receipt })).toBe('the equation does not hold')
  })

  test('is refused when it is of other public inputs than the task has', () => {
    const other = reasonOf(caseOf({ signals: [5n, 0n, 8n, 9n] }))
    expect(other).toBe('signal 2 is not the public input of the task')
    expect(reasonOf({ ...caseOf(), task: taskWith({ bound: '7', limit: '8' }) })).toContain('input')
  })

  test('is refused when an output or a value was changed after it was proved', () => {
    const forged = caseOf()
    const said = JSON.parse(new TextDecoder().decode(forged.output)) as ProofOutput
    const changes: Partial<ProofOutput>[] = [
      { signals: ['6', ...said.signals.slice(1)] },
      { values: [{ type: 'i32', value: 1 }] },
      { proof: proofBy(secrets, [1n, 2n, 3n, 4n], 5) as never },
      { signals: said.signals.slice(1) },
      { verification_key: 'ab'.repeat(32) as never },
      { signals: [`0${said.signals[0]}`, ...said.signals.slice(1)] },
    ]
    for (const change of changes) {
      const output = encodeProofOutput({ ...said, ...change })
      const receipt = { ...forged.receipt, output: cidOf('raw', output) }
      expect(checkProofOutput({ ...forged, output, receipt }).ok).toBe(false)
    }
  })

  test('is refused when it is not what was signed, or no JSON', () => {
    const good = caseOf()
    expect(reasonOf({ ...good, output: good.output.subarray(1) })).toContain('was signed')
    const output = new TextEncoder().encode('{"format":')
    const receipt = { ...good.receipt, output: cidOf('raw', output) }
    expect(reasonOf({ ...good, receipt, output })).toContain('JSON')
  })

  test('is refused under another key with as many signals', () => {
    expect(reasonOf({ ...caseOf(), key: openedKey(trapdoor(2, 4)) })).toContain('another key')
  })

  test('without a context holds and is tied to nobody', () => {
    const free = taskWith({ bound: '7' }, ['bound'])
    const input = proofInputDigest(free)
    const two = trapdoor(3, 2)
    const output = encodeProofOutput({
      format: 'vcp-proof/1',
      verification_key: openedKey(two).digest,
      setup: 'unknown',
      proof: proofBy(two, [5n, 7n], 11) as never,
      signals: ['5', '7'],
      following: [],
      values: null,
    })
    const receipt = { input, output: cidOf('raw', output) }
    const only = { ...terms, publicOrder: ['bound'] }
    const of = { ...only, task: free, holder, receipt, output, key: openedKey(two) }
    expect(checkProofOutput(of)).toMatchObject({ ok: true, value: { isBound: false } })
  })
})

describe('the layout of signals', () => {
  test('has outputs first, then public inputs in their order, lists spread out', () => {
    const layout = layoutOf(['limits', 'context'], { limits: ['1', ['2', '3']] }, 6)
    const inputs = [1n, 2n, 3n].map((value, i) => ({ at: 2 + i, value }))
    expect(layout).toEqual({ ok: true, value: { contextAt: 5, inputs } })
  })

  test('refuses names that are missing or unknown, and what is no number of the field', () => {
    const r = '21888242871839275222246405745257275088548364400416034343698204186575808495617'
    const given = [{}, { bound: 7 }, { bound: '-1' }, { bound: '07' }, { bound: r }, { other: '1' }]
    for (const inputs of given) expect(layoutOf(['bound'], inputs, 2).ok).toBe(false)
    expect(layoutOf(['bound'], { bound: ['1', '2', '3'] }, 2).ok).toBe(false)
  })
})

test('the order of public inputs is the submitter’s own, or that of the catalogue', () => {
  const own = task.task_type === 'zk_proof' ? task.inputs.circuit : null
  expect(publicOrderOf(own!, () => null)).toEqual({ ok: true, value: publicOrder })
  const circuit = { from: 'catalogue', name: 'none', verification_key: key.digest } as const
  expect(publicOrderOf(circuit, () => null)).toMatchObject({ ok: false, code: 'NOT_FOUND' })
})

test('a nonce is not taken from the task alone', () => {
  const statement = { key: key.digest, signals: [1n, 0n], contextAt: 1, values: null }
  const input = proofInputDigest(task)
  const contexts = [1, 2].map((leaseEpoch) =>
    proofContext({ ...holder, leaseEpoch }, input, statement),
  )
  expect(new Set(contexts).size).toBe(2)
})
