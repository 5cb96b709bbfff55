import { describe, expect, test } from 'vitest'
import { resume } from '../resume.ts'
import { ana, taskIdOf, wasmTask } from '../testing/samples.ts'
import { Scenario } from '../testing/scenario.ts'

const one = taskIdOf(1)

describe('replication', () => {
  test('checks a node that has not earned trust by another of another owner', () => {
    const scenario = new Scenario()
    const nodes = ['n1', 'n2'].map((name) => scenario.node(name))
    scenario.submit(one, wasmTask())
    expect(scenario.holders(one).sort()).toEqual(nodes)
    expect(scenario.task(one)).toMatchObject({ copies: 2, quorum: 2 })
    for (const peerId of nodes) {
      scenario.accept(one, peerId)
      scenario.commit(one, peerId)
    }
    for (const peerId of nodes) scenario.reveal(one, peerId)
    expect(scenario.task(one)).toMatchObject({ state: 'completed', level: 'replicated' })
  })

  test('asks nobody to reveal before enough have committed', () => {
    const scenario = new Scenario()
    const [first, second] = ['n1', 'n2'].map((name) => scenario.node(name))
    scenario.submit(one, wasmTask())
    scenario.accept(one, first!)
    scenario.commit(one, first!)
    expect(scenario.wanted('ask-to-reveal')).toEqual([])
    scenario.accept(one, second!)
    scenario.commit(one, second!)
    expect(scenario.wanted('ask-to-reveal')).toHaveLength(2)
  })

  test('takes two nodes of one owner for one voice', () => {
    const scenario = new Scenario()
    scenario.node('n1', { wallet: 'same' })
    scenario.node('n2', { wallet: 'same' })
    scenario.submit(one, wasmTask({ verification: { quorum: 2 } }))
    expect(scenario.holders(one)).toHaveLength(1)
    const other = scenario.node('n3', { wallet: 'other' })
    expect(scenario.holders(one)).toContain(other)
  })

  test('trusts a node after ten results that others came to as well, but audits it', () => {
    const scenario = new Scenario()
    const nodes = ['n1', 'n2'].map((name) => scenario.node(name))
    for (let number = 1; number <= 10; number++) {
      const id = taskIdOf(number)
      scenario.submit(id, wasmTask())
      for (const peerId of nodes) {
        scenario.accept(id, peerId)
        scenario.commit(id, peerId)
      }
      for (const peerId of nodes) scenario.reveal(id, peerId)
    }
    let audited = 0
    for (let number = 11; number <= 110; number++) {
      const id = taskIdOf(number)
      scenario.submit(id, wasmTask())
      const holders = scenario.holders(id)
      expect(holders).toHaveLength(1)
      scenario.accept(id, holders[0]!)
      scenario.commit(id, holders[0]!)
      if (scenario.task(id).copies === 1) {
        scenario.reveal(id, holders[0]!)
        expect(scenario.task(id)).toMatchObject({ level: 'signed', provisional: true })
        continue
      }
      audited += 1
      const auditor = nodes.find((peerId) => peerId !== holders[0])!
      scenario.accept(id, auditor)
      scenario.commit(id, auditor)
      for (const peerId of nodes) scenario.reveal(id, peerId)
      expect(scenario.task(id)).toMatchObject({ level: 'replicated', provisional: false })
    }
    expect(audited).toBeGreaterThan(0)
    expect(audited).toBeLessThan(30)
  })

  test('makes an audited node’s earlier results certain', () => {
    const scenario = new Scenario({ trustAfter: 0, auditChanceMin: 0 })
    const first = scenario.node('n1')
    scenario.submit(one, wasmTask())
    scenario.run(one, first)
    expect(scenario.task(one).provisional).toBe(true)
    const second = scenario.node('n2')
    const two = taskIdOf(2)
    scenario.submit(two, wasmTask({ verification: { level: 'replicated' } }))
    for (const peerId of [first, second]) {
      scenario.accept(two, peerId)
      scenario.commit(two, peerId)
    }
    for (const peerId of [first, second]) scenario.reveal(two, peerId)
    expect(scenario.task(one).provisional).toBe(false)
  })

  test('puts a copied commitment to nothing: its node cannot reveal it', () => {
    const scenario = new Scenario()
    const [honest, copier] = ['n1', 'n2'].map((name) => scenario.node(name))
    scenario.submit(one, wasmTask({ verification: { quorum: 2 } }))
    scenario.accept(one, honest!)
    scenario.accept(one, copier!)
    scenario.commit(one, honest!)
    const { commitment } = scenario.task(one).assignments.find(({ peerId }) => peerId === honest)!
    const lease_epoch = scenario.epoch(one, copier!)
    scenario.tell({
      type: 'commitment-received',
      peerId: copier!,
      commitment: { ...commitment!, lease_epoch },
    })
    scenario.reveal(one, honest!)
    expect(scenario.reveal(one, copier!).reply).toMatchObject({ ok: false })
    expect(scenario.task(one).state).toBe('verifying')
    const copied = scenario.task(one).assignments.find(({ peerId }) => peerId === copier)
    expect(copied?.state).toBe('rejected')
  })

  test('goes on without a copier that commits and never shows anything', () => {
    const scenario = new Scenario()
    const [honest, copier] = ['n1', 'n2'].map((name) => scenario.node(name))
    const level = 'replicated'
    scenario.submit(one, wasmTask({ verification: { level }, timeouts: { deliver_seconds: 10 } }))
    scenario.accept(one, honest!)
    scenario.accept(one, copier!)
    scenario.commit(one, honest!)
    scenario.commit(one, copier!)
    scenario.reveal(one, honest!)
    const assignment = () => scenario.task(one).assignments[1]
    const third = scenario.node('n3')
    scenario.pass(11_000)
    expect(assignment()).toMatchObject({ peerId: copier, state: 'lost' })
    expect(scenario.state.nodes.get(copier!)!.failed).toBe(1)
    scenario.accept(one, third)
    expect(scenario.journal.map(({ event }) => event.type)).not.toContain('receipt-revealed')
    scenario.commit(one, third)
    scenario.reveal(one, third)
    expect(scenario.task(one)).toMatchObject({ state: 'completed', level })
  })

  test('asks anew, after a restart, for what was shown while others had not', () => {
    const scenario = new Scenario()
    const [honest, other] = ['n1', 'n2'].map((name) => scenario.node(name))
    scenario.submit(one, wasmTask({ verification: { quorum: 2 } }))
    for (const peerId of [honest!, other!]) {
      scenario.accept(one, peerId)
      scenario.commit(one, peerId)
    }
    scenario.reveal(one, honest!)
    const asked = resume(scenario.replayed(), scenario.atMs).filter(
      ({ type }) => type === 'ask-to-reveal',
    )
    expect(asked).toMatchObject([{ peerId: honest }, { peerId: other }])
  })

  test('makes do with one result where a second node was our own idea and none is left', () => {
    const scenario = new Scenario()
    const [first, second] = ['n1', 'n2'].map((name) => scenario.node(name))
    scenario.submit(one, wasmTask({ timeouts: { match_seconds: 20 } }))
    scenario.accept(one, first!)
    scenario.commit(one, first!)
    scenario.tell({
      type: 'mode-asked',
      peerId: second!,
      ownerId: ana,
      mode: 'draining',
      reason: null,
    })
    scenario.pass(40_000)
    scenario.reveal(one, first!)
    expect(scenario.task(one)).toMatchObject({ state: 'completed', level: 'signed' })
  })

  test('never makes do where the submitter asked for more', () => {
    const scenario = new Scenario()
    const first = scenario.node('n1')
    const spec = { verification: { level: 'replicated' }, timeouts: { match_seconds: 20 } }
    scenario.submit(one, wasmTask(spec))
    scenario.accept(one, first)
    scenario.commit(one, first)
    scenario.pass(40_000)
    expect(scenario.task(one)).toMatchObject({
      state: 'failed',
      reason: 'no node was found in time for 1 of 2 copies',
    })
  })
})
