// Whatever a task waits for, it does not wait for ever, and says what it waits for.
import type { Digest, PeerId } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { ana, taskIdOf, trainingTask, wasmTask } from '../testing/samples.ts'
import { Scenario } from '../testing/scenario.ts'

const one = taskIdOf(1)
const disputed = wasmTask({
  verification: { quorum: 2 },
  timeouts: { match_seconds: 60, deliver_seconds: 60 },
})

function inDispute(): { scenario: Scenario; nodes: PeerId[] } {
  const scenario = new Scenario()
  const nodes = ['n1', 'n2'].map((name) => scenario.node(name))
  scenario.submit(one, disputed)
  const roots = ['11', '22'].map((byte) => byte.repeat(32) as Digest)
  for (const peerId of nodes) scenario.accept(one, peerId)
  for (const [at, peerId] of nodes.entries()) {
    scenario.commit(one, peerId, `output ${at}`, roots[at])
  }
  for (const [at, peerId] of nodes.entries()) {
    scenario.reveal(one, peerId, `output ${at}`, roots[at])
  }
  expect(scenario.task(one).dispute).not.toBeNull()
  return { scenario, nodes }
}

describe('a task', () => {
  test('in dispute asks again, and goes on without a party that does not answer', () => {
    const { scenario } = inDispute()
    const asked = scenario.wanted('ask-for-trace').length
    scenario.pass(30_000)
    expect(scenario.wanted('ask-for-trace').length).toBeGreaterThan(asked)
    expect(scenario.task(one).dispute).not.toBeNull()
    scenario.pass(31_000)
    expect(scenario.task(one).dispute).toBeNull()
    expect(scenario.task(one).assignments.map(({ state }) => state)).toContain('lost')
  })

  test('that turns out to need another node has time to find one, and then gives up', () => {
    const scenario = new Scenario()
    const nodes = ['n1', 'n2'].map((name) => scenario.node(name))
    scenario.submit(one, disputed)
    for (const peerId of nodes) scenario.accept(one, peerId)
    for (let passed = 0; passed < 80; passed += 10) {
      scenario.pass(10_000)
      for (const peerId of nodes) progress(scenario, peerId)
    }
    // Without traces a third has to decide, and there is none.
    for (const [at, peerId] of nodes.entries()) scenario.commit(one, peerId, `output ${at}`)
    for (const [at, peerId] of nodes.entries()) scenario.reveal(one, peerId, `output ${at}`)
    expect(scenario.task(one)).toMatchObject({ state: 'verifying', copies: 3 })
    scenario.pass(59_000)
    expect(scenario.task(one).state).toBe('verifying')
    scenario.pass(2_000)
    expect(scenario.task(one)).toMatchObject({ state: 'failed' })
  })

  test('says that it waits for a node also when it has lost the one that it had', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    scenario.submit(one, wasmTask())
    expect(scenario.task(one).reason).toBeNull()
    scenario.tell({ type: 'node-removed', peerId, ownerId: ana, reason: 'sold' })
    expect(scenario.task(one)).toMatchObject({ state: 'pending', reason: 'waits for a node' })
  })
})

describe('a lease', () => {
  test('that we ourselves see to be over too late has time for a word that lies unread', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    scenario.submit(one, wasmTask())
    scenario.accept(one, peerId)
    const getNoTurn = () => {
      scenario.atMs += 60_000
      scenario.tell({ type: 'time-passed' })
    }
    getNoTurn()
    expect(scenario.task(one).assignments[0]!.state).toBe('running')
    progress(scenario, peerId)
    scenario.pass(20_000)
    expect(scenario.task(one).assignments[0]!.state).toBe('running')
    getNoTurn()
    scenario.pass(10_000)
    expect(scenario.task(one).assignments[0]!.state).toBe('lost')
  })

  test('of a training is twice as long, for what it has spent would be lost with it', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    scenario.submit(one, trainingTask({ updates_min: 1 }))
    scenario.accept(one, peerId)
    scenario.pass(59_000)
    expect(scenario.task(one).assignments[0]!.state).toBe('running')
    scenario.pass(2_000)
    expect(scenario.task(one).assignments[0]!.state).toBe('lost')
  })
})

function progress(scenario: Scenario, peerId: PeerId): void {
  const lease = { task_id: one, lease_epoch: scenario.epoch(one, peerId) }
  const report = { ...lease, phase: 'running', percent: null, gas: null } as const
  scenario.tell({ type: 'progress-reported', peerId, progress: report })
  scenario.heartbeat(peerId)
}
