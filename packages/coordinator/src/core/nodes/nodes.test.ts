import { describe, expect, test } from 'vitest'
import {
  ana,
  ben,
  peerOf,
  registrationOf,
  taskIdOf,
  telemetry,
  wasmTask,
} from '../testing/samples.ts'
import { Scenario } from '../testing/scenario.ts'

const one = taskIdOf(1)

describe('a node', () => {
  test('is degraded, unknown and offline as it stays silent, and online when it is heard', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    const statusAfter = (ms: number) => {
      scenario.pass(ms)
      return scenario.state.nodes.get(peerId)!.status
    }
    expect(statusAfter(19_999)).toBe('online')
    expect(statusAfter(1)).toBe('degraded')
    expect(statusAfter(10_000)).toBe('unknown')
    expect(statusAfter(90_000)).toBe('offline')
    scenario.heartbeat(peerId)
    expect(scenario.state.nodes.get(peerId)!.status).toBe('online')
    expect(statusAfter(20_000)).toBe('degraded')
  })

  test('that reports stays online, and the journal is told nothing', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    const before = scenario.journal.length
    for (let reports = 0; reports < 20; reports++) {
      scenario.pass(10_000)
      scenario.heartbeat(peerId)
    }
    expect(scenario.journal.length).toBe(before)
    expect(scenario.state.timers.size).toBeLessThan(5)
  })

  test('that is unknown keeps its lease until it ends', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    scenario.submit(one, wasmTask())
    scenario.accept(one, peerId)
    scenario.pass(29_999)
    expect(scenario.holders(one)).toEqual([peerId])
    scenario.pass(1)
    expect(scenario.holders(one)).toEqual([])
  })

  test('with an open breaker is given nothing until it closes', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    const breaker = { state: 'open', reason: null } as const
    scenario.tell({
      type: 'heartbeat-received',
      peerId,
      telemetry: { ...telemetry, breaker },
    })
    expect(scenario.state.nodes.get(peerId)!.mode).toBe('safe_mode')
    scenario.submit(one, wasmTask())
    expect(scenario.holders(one)).toEqual([])
    scenario.heartbeat(peerId)
    expect(scenario.holders(one)).toEqual([peerId])
  })

  test('stays drained when it reports that it is well', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    scenario.tell({ type: 'mode-asked', peerId, ownerId: ana, mode: 'draining', reason: null })
    scenario.heartbeat(peerId)
    expect(scenario.state.nodes.get(peerId)!.mode).toBe('draining')
  })

  test('keeps, in the log, why its owner took it out of work', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    const reasons = ['makes a noise', 'still makes a noise']
    for (const reason of reasons) {
      scenario.tell({ type: 'mode-asked', peerId, ownerId: ana, mode: 'paused', reason })
    }
    const changes = scenario.journal.flatMap(({ event }) =>
      event.type === 'node-status-changed' && event.mode === 'paused' ? [event.reason] : [],
    )
    expect(changes).toEqual(reasons)
  })

  test('belongs to who registered it', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    const registration = registrationOf('n1')
    const taken = { type: 'node-registered', peerId, ownerId: ben, registration } as const
    expect(scenario.tell({ ...taken, binding: null }).reply).toMatchObject({ code: 'CONFLICT' })
    const removed = { type: 'node-removed', peerId, ownerId: ben, reason: 'mine' } as const
    expect(scenario.tell(removed).reply).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('has a name that no other node of its owner has', () => {
    const scenario = new Scenario()
    scenario.node('n1')
    const second = {
      type: 'node-registered',
      peerId: peerOf('n2'),
      registration: registrationOf('n1'),
      binding: null,
    } as const
    expect(scenario.tell({ ...second, ownerId: ana }).reply).toMatchObject({ code: 'CONFLICT' })
    expect(scenario.tell({ ...second, ownerId: ben }).reply.ok).toBe(true)
  })

  test('registered again with the same words changes nothing', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    const again = { peerId, ownerId: ana, registration: registrationOf('n1'), binding: null }
    expect(scenario.tell({ type: 'node-registered', ...again }).entries).toEqual([])
  })

  test('that is removed leaves its work to others', () => {
    const scenario = new Scenario()
    const first = scenario.node('n1')
    scenario.submit(one, wasmTask())
    const second = scenario.node('n2')
    scenario.tell({ type: 'node-removed', peerId: first, ownerId: ana, reason: 'sold' })
    expect(scenario.holders(one)).toEqual([second])
    expect(scenario.state.nodes.has(first)).toBe(false)
  })
})
