import type { PeerId, TaskId } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { taskIdOf, wasmTask } from '../testing/samples.ts'
import { Scenario } from '../testing/scenario.ts'

const wrong = 'what is not so'

/** A node taken at its word for some tasks, the last of them wrong, and then two others. */
function trusting(count: number) {
  const scenario = new Scenario({ trustAfter: 0, auditChanceMin: 0 })
  const liar = scenario.node('n1')
  const alone = Array.from({ length: count }, (_, i) => taskIdOf(1 + i))
  for (const taskId of alone) {
    scenario.submit(taskId, wasmTask())
    scenario.run(taskId, liar, taskId === alone.at(-1) ? wrong : undefined)
  }
  for (const name of ['n2', 'n3']) scenario.node(name)
  return { scenario, liar, alone }
}

/** Whoever is given the task runs it, until it ends; one of them lies. */
function runAll(scenario: Scenario, taskId: TaskId, liar: PeerId): void {
  for (;;) {
    const holders = scenario.holders(taskId)
    if (holders.length === 0) return
    const outputOf = (peerId: PeerId) => (peerId === liar ? wrong : undefined)
    for (const peerId of holders) {
      scenario.accept(taskId, peerId)
      scenario.commit(taskId, peerId, outputOf(peerId))
    }
    for (const { peerId, state } of scenario.task(taskId).assignments) {
      if (state === 'committed') scenario.reveal(taskId, peerId, outputOf(peerId))
    }
  }
}

function ordered(scenario: Scenario): ReadonlyMap<TaskId, TaskId> {
  const pairs = scenario.journal.flatMap(({ event }) =>
    event.type === 'recheck-ordered' ? [[event.task_id, event.recheck_id] as const] : [],
  )
  return new Map(pairs)
}

/** A task that all three nodes run, in which one lies. */
function audit(scenario: Scenario, liar: PeerId): void {
  const taskId = taskIdOf(900)
  scenario.submit(taskId, wasmTask({ verification: { quorum: 3 } }))
  scenario.node('n4')
  runAll(scenario, taskId, liar)
}

describe('a failed audit', () => {
  function failed(count: number) {
    const { scenario, liar, alone } = trusting(count)
    audit(scenario, liar)
    return { scenario, liar, alone, again: ordered(scenario) }
  }

  test('has everything run again that the node did alone, each as a task of its own', () => {
    const { scenario, alone, again } = failed(3)
    expect([...again.keys()]).toEqual(alone)
    for (const taskId of again.values()) {
      const { spec, copies, quorum, rewardMicro } = scenario.task(taskId)
      expect({ copies, quorum, rewardMicro }).toEqual({ copies: 2, quorum: 2, rewardMicro: 0 })
      expect(spec?.inputs).toEqual(wasmTask().inputs)
    }
    expect(scenario.task(alone[0]!)).toMatchObject({ state: 'completed', provisional: true })
  })

  test('leaves a result that others come to as well, and shakes one that they do not', () => {
    const { scenario, liar, alone, again } = failed(2)
    const [good, bad] = alone
    for (const taskId of again.values()) runAll(scenario, taskId, liar)
    expect(scenario.task(good!)).toMatchObject({ provisional: false, reason: null })
    const reason = `task ${again.get(bad!)} ran it again and came to another result`
    expect(scenario.task(bad!)).toMatchObject({ state: 'completed', provisional: true, reason })
  })

  test('goes back no further than 64 results', () => {
    const { alone, again } = failed(70)
    expect([...again.keys()]).toEqual(alone.slice(6))
  })

  test('is gone on from after a restart', () => {
    const { scenario, liar } = trusting(3)
    const before = scenario.replayed()
    const [node] = before.nodes.values()
    expect([...node!.recheckable.values()]).toEqual([[...node!.unaudited.values().next().value!]])
    audit(scenario, liar)
    const after = scenario.replayed()
    const checks = [...after.tasks.values()].flatMap(({ checks }) => checks ?? [])
    expect(checks).toEqual([...ordered(scenario).keys()])
  })
})

test('a passed audit has nothing run again, and lets go of what was kept for it', () => {
  const { scenario, alone } = trusting(2)
  audit(scenario, 'nobody' as PeerId)
  expect(ordered(scenario).size).toBe(0)
  for (const taskId of alone) {
    expect(scenario.task(taskId)).toMatchObject({ provisional: false, recheckable: null })
  }
})
