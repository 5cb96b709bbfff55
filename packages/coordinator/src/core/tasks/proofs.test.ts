// What becomes of results that are judged by their proof. Whether one holds is said from outside.
import { deserialize, serialize } from 'node:v8'
import { cidOf, type PeerId, TaskSpec } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import type { ProofFinding } from '../inputs.ts'
import { resume } from '../resume.ts'
import { snapshotOf, stateFrom } from '../snapshot.ts'
import { ana, peerOf, taskIdOf, walletOf, wasmTask } from '../testing/samples.ts'
import { Scenario } from '../testing/scenario.ts'
import { assignmentInfosOf } from '../views.ts'

const one = taskIdOf(1)
const file = cidOf('raw', new TextEncoder().encode('a file'))

function proofTask(changes: Record<string, unknown> = {}, inputs: object = {}): TaskSpec {
  const files = { r1cs: file, proving_key: file, verification_key: file, witness_generator: file }
  const circuit = { from: 'files', ...files, public_order: ['context'] }
  return TaskSpec.parse({
    task_type: 'zk_proof',
    inputs: { circuit, public_inputs: {}, ...inputs },
    reward_micro: 100,
    ...changes,
  })
}

function given(names: readonly string[], task = proofTask()) {
  const scenario = new Scenario()
  scenario.tell({ type: 'credits-issued', accountId: ana, amountMicro: 1_000 })
  const nodes = names.map((name) => scenario.node(name))
  scenario.submit(one, task)
  return { scenario, nodes }
}

function found(scenario: Scenario, peerId: PeerId, finding: ProofFinding) {
  const leaseEpoch = scenario.epoch(one, peerId)
  return scenario.tell({ type: 'proof-checked', taskId: one, peerId, leaseEpoch, finding })
}

function paid(scenario: Scenario, name: string): number {
  return scenario.state.books.balance({ kind: 'owner', address: walletOf(name) })
}

describe('a task that wants a proof', () => {
  test('is given to one node, and is proved when its proof holds', () => {
    const { scenario, nodes } = given(
      ['n1', 'n2'],
      proofTask({ verification: { level: 'proved' } }),
    )
    const [holder] = scenario.holders(one)
    scenario.run(one, holder!)
    expect(scenario.wanted('check-proof')).toMatchObject([{ peerId: holder, taskId: one }])
    expect(scenario.task(one).state).toBe('verifying')
    found(scenario, holder!, { kind: 'holds', level: 'proved' })
    expect(scenario.task(one)).toMatchObject({ state: 'completed', level: 'proved' })
    expect(scenario.task(one).provisional).toBe(false)
    const name = holder === nodes[0] ? 'n1' : 'n2'
    expect(paid(scenario, name)).toBe(100)
    expect(scenario.replayed().tasks.get(one)).toMatchObject({ level: 'proved' })
  })

  test('rejects a node whose proof is false, pays it nothing and asks another', () => {
    const { scenario } = given(['n1', 'n2'])
    const [first] = scenario.holders(one)
    scenario.run(one, first!)
    found(scenario, first!, { kind: 'false', reason: 'the equation does not hold' })
    const [second] = scenario.holders(one)
    expect(second).not.toBe(first)
    expect(scenario.journal.filter(({ event }) => event.type === 'receipt-revealed')).toEqual([])
    scenario.run(one, second!)
    found(scenario, second!, { kind: 'holds', level: 'signed' })
    expect(scenario.task(one)).toMatchObject({ state: 'completed', level: 'signed' })
    expect([paid(scenario, 'n1'), paid(scenario, 'n2')].toSorted()).toEqual([0, 100])
  })

  test('that has to be proved is not completed by a proof that is tied to nobody', () => {
    const { scenario } = given(['n1'], proofTask({ verification: { level: 'proved' } }))
    const [holder] = scenario.holders(one)
    scenario.run(one, holder!)
    found(scenario, holder!, { kind: 'holds', level: 'signed' })
    expect(scenario.task(one).state).toBe('pending')
  })

  test('tells what a node said that could not prove it', () => {
    const { scenario, nodes } = given(['n1'])
    const [peerId] = nodes
    const lease = { taskId: one, peerId: peerId!, leaseEpoch: scenario.epoch(one, peerId!) }
    scenario.accept(one, peerId!)
    const reason = 'the inputs do not satisfy the circuit'
    scenario.tell({ type: 'run-failed', ...lease, reason, code: 'statement_false' })
    const told = { state: 'lost', declined: 'statement_false', reason }
    expect(assignmentInfosOf(scenario.task(one))[0]).toMatchObject(told)
    expect(assignmentInfosOf(scenario.replayed().tasks.get(one)!)[0]).toMatchObject(told)
  })

  test('fails, with the last reason, when no node could prove it', () => {
    const names = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7', 'n8']
    const { scenario } = given(names)
    while (scenario.task(one).state !== 'failed') {
      const [peerId] = scenario.holders(one)
      scenario.accept(one, peerId!)
      const lease = { taskId: one, peerId: peerId!, leaseEpoch: scenario.epoch(one, peerId!) }
      const why = { reason: `${peerId} finds it false`, code: 'statement_false' } as const
      scenario.tell({ type: 'run-failed', ...lease, ...why })
    }
    expect(scenario.task(one).reason).toMatch(/failed; the last one said: .* finds it false$/)
  })

  test('fails where its proof cannot be checked at all', () => {
    const { scenario } = given(['n1'])
    const [holder] = scenario.holders(one)
    scenario.run(one, holder!)
    found(scenario, holder!, { kind: 'uncheckable', reason: 'the key is gone' })
    expect(scenario.task(one)).toMatchObject({ state: 'failed', reason: 'the key is gone' })
    expect(found(scenario, holder!, { kind: 'holds', level: 'proved' }).reply.ok).toBe(false)
  })

  test('has its proof checked once, however often it is shown, and again after a restart', () => {
    const { scenario } = given(['n1'])
    const [holder] = scenario.holders(one)
    scenario.run(one, holder!)
    scenario.reveal(one, holder!)
    expect(scenario.wanted('check-proof')).toHaveLength(1)
    const asked = resume(scenario.replayed(), scenario.atMs).map(({ type }) => type)
    expect(asked).toContain('ask-to-reveal')
  })

  test('is asked for again after a restart where its node showed it unasked', () => {
    const { scenario } = given(['n1'])
    const [holder] = scenario.holders(one)
    scenario.accept(one, holder!)
    scenario.reveal(one, holder!)
    expect(scenario.wanted('check-proof')).toHaveLength(1)
    const stored = deserialize(serialize(snapshotOf(scenario.state)))
    for (const state of [scenario.replayed(), stateFrom(stored, scenario.state.settings)!]) {
      expect(resume(state, scenario.atMs).map(({ type }) => type)).toContain('ask-to-reveal')
      expect(state.tasks.get(one)?.assignments).toMatchObject([{ held: null, isProofAsked: false }])
    }
  })

  test('whose inputs are sealed goes to nobody but those it is sealed to', () => {
    const sealed = proofTask({}, { sealed_to: [peerOf('n2')] })
    const { scenario } = given(['n1', 'n2', 'n3'], sealed)
    expect(scenario.holders(one)).toEqual([peerOf('n2')])
  })

  test('is refused with copies, or with a level that proofs do not give', () => {
    const { scenario } = given([])
    const refused = [
      proofTask({ verification: { quorum: 2 } }),
      proofTask({ requirements: { min_nodes: 2 } }),
      proofTask({ verification: { level: 'replicated' } }),
      wasmTask({ verification: { level: 'proved' } }),
    ]
    for (const [i, task] of refused.entries()) {
      const { reply } = scenario.submit(taskIdOf(10 + i), task)
      expect(reply).toMatchObject({ ok: false, code: 'TASK_REFUSED' })
    }
  })
})
