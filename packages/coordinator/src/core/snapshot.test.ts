import { deserialize, serialize } from 'node:v8'
import { describe, expect, test } from 'vitest'
import { assertAllHolds } from './invariants.ts'
import { resume } from './resume.ts'
import { defaultSettings } from './settings.ts'
import { snapshotOf, stateFrom } from './snapshot.ts'
import { ana, taskIdOf, wasmTask } from './testing/samples.ts'
import { Scenario } from './testing/scenario.ts'

function busy(): Scenario {
  const scenario = new Scenario()
  scenario.tell({ type: 'credits-issued', accountId: ana, amountMicro: 1_000 })
  const peerId = scenario.node('n1')
  scenario.submit(taskIdOf(1), wasmTask({ reward_micro: 10 }))
  scenario.run(taskIdOf(1), peerId)
  scenario.submit(taskIdOf(2), wasmTask({ reward_micro: 20 }))
  scenario.accept(taskIdOf(2), peerId)
  scenario.submit(taskIdOf(3), wasmTask({ requirements: { regions: ['moon'] } }))
  return scenario
}

/** As it comes back from disk. */
function stored(scenario: Scenario) {
  return deserialize(serialize(snapshotOf(scenario.state)))
}

describe('a snapshot', () => {
  test('gives the state that the journal gives', () => {
    const scenario = busy()
    const restored = stateFrom(stored(scenario), defaultSettings)!
    assertAllHolds(restored)
    const fromJournal = stored({ state: scenario.replayed() } as Scenario)
    const fromSnapshot = stored({ state: restored } as Scenario)
    const plain = (snapshot: ReturnType<typeof snapshotOf>) => ({
      ...snapshot,
      tasks: snapshot.tasks.map((task) => ({ ...task, demand: null, demandKey: '' })),
      nodes: snapshot.nodes.map((node) => ({ ...node, lastSeenMs: 0 })),
    })
    expect(plain(fromSnapshot)).toEqual(plain(fromJournal))
  })

  test('of another version is not read', () => {
    const snapshot = { ...snapshotOf(busy().state), version: 0 }
    expect(stateFrom(snapshot, defaultSettings)).toBeNull()
  })

  test('is gone on from: what is owed is wanted, what waited is looked for', () => {
    const scenario = busy()
    const restored = stateFrom(stored(scenario), defaultSettings)!
    const effects = resume(restored, scenario.atMs)
    expect(effects).toEqual([])
    expect(restored.timers.nextAtMs).toBe(scenario.atMs)
  })
})
