import { describe, expect, test } from 'vitest'
import { decide } from './decide.ts'
import { assertAllHolds } from './invariants.ts'
import { resume } from './resume.ts'
import type { State } from './state.ts'
import { taskIdOf, wasmTask } from './testing/samples.ts'
import { Scenario } from './testing/scenario.ts'

const one = taskIdOf(1)
const hourMs = 3_600_000

function tellTime(state: State, atMs: number): void {
  decide(state, { type: 'time-passed' }, { atMs, entropy: 1 })
  assertAllHolds(state)
}

function running(): { scenario: Scenario; state: State } {
  const scenario = new Scenario()
  const peerId = scenario.node('n1')
  scenario.submit(one, wasmTask())
  scenario.accept(one, peerId)
  return { scenario, state: scenario.replayed() }
}

describe('after a restart', () => {
  test('a lease that ran out meanwhile holds until its node could be heard again', () => {
    const { scenario, state } = running()
    const atMs = scenario.atMs + hourMs
    resume(state, atMs)
    tellTime(state, atMs)
    tellTime(state, atMs + state.settings.leaseMs - 1)
    expect(state.tasks.get(one)!.assignments[0]!.state).toBe('running')
    tellTime(state, atMs + state.settings.leaseMs)
    expect(state.tasks.get(one)!.assignments[0]!.state).toBe('lost')
  })

  test('nobody is silent because the clock was set back', () => {
    const { scenario, state } = running()
    resume(state, scenario.atMs - hourMs)
    tellTime(state, scenario.atMs)
    expect([...state.nodes.values()].map(({ status }) => status)).toEqual(['online'])
  })

  test('a search whose time ran out meanwhile has time to hear of nodes', () => {
    const scenario = new Scenario()
    scenario.submit(one, wasmTask())
    const state = scenario.replayed()
    const atMs = scenario.atMs + hourMs
    resume(state, atMs)
    tellTime(state, atMs)
    expect(state.tasks.get(one)!.state).toBe('pending')
    tellTime(state, atMs + state.settings.leaseMs)
    expect(state.tasks.get(one)!.state).toBe('failed')
  })
})
