import type { PeerId, TaskId } from '@vcp/protocol'
import { expect, test } from 'vitest'
import { ana, taskIdOf, wasmTask } from '../testing/samples.ts'
import { Scenario } from '../testing/scenario.ts'

const two = taskIdOf(2)

function pause(scenario: Scenario, peerId: PeerId): void {
  scenario.tell({ type: 'mode-asked', peerId, ownerId: ana, mode: 'paused', reason: null })
}

function fail(scenario: Scenario, taskId: TaskId, peerId: PeerId): void {
  const leaseEpoch = scenario.epoch(taskId, peerId)
  scenario.tell({
    type: 'run-failed',
    peerId,
    taskId,
    leaseEpoch,
    reason: 'out of memory',
    code: null,
  })
}

test('a node without trust is checked also where one with trust had the task before', () => {
  const scenario = new Scenario({ trustAfter: 1 })
  const [trusted, other] = ['n1', 'n2'].map((name) => scenario.node(name))
  const one = taskIdOf(1)
  scenario.submit(one, wasmTask())
  for (const peerId of [trusted!, other!]) {
    scenario.accept(one, peerId)
    scenario.commit(one, peerId)
  }
  for (const peerId of [trusted!, other!]) scenario.reveal(one, peerId)
  pause(scenario, other!)

  scenario.submit(two, wasmTask())
  expect(scenario.task(two)).toMatchObject({ copies: 1, quorum: 1 })
  expect(scenario.holders(two)).toEqual([trusted])
  const stranger = scenario.node('n3')
  scenario.accept(two, trusted!)
  fail(scenario, two, trusted!)
  expect(scenario.holders(two)).toEqual([stranger])
  expect(scenario.task(two)).toMatchObject({ copies: 2, quorum: 2 })
})
