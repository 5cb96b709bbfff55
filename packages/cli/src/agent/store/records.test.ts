import { describe, expect, test } from 'vitest'
import { leaf, offerOf, settings, task, taskIdOf } from '../core/testing/samples.ts'
import { Scenario } from '../core/testing/scenario.ts'
import { stateFrom } from './records.ts'

describe('the records of an agent', () => {
  test('give back the state that they were made of', () => {
    const scenario = Scenario.joined()
    for (const number of [1, 2, 3, 4]) scenario.offer(offerOf(number))
    scenario.offer(offerOf(5))
    scenario.finish(offerOf(1), [leaf])
    scenario.fail(offerOf(2))
    scenario.finish(offerOf(3))
    scenario.reveal(offerOf(3))
    scenario.tell({ type: 'rerun-asked', taskId: taskIdOf(9), checkpoint: 3, task })
    const untilMs = scenario.atMs + 60_000
    scenario.tell({ type: 'mode-asked', mode: 'paused', untilMs })
    const { state } = scenario
    const read = stateFrom(scenario.records, settings)
    const { leases, ended, reports, reruns, mode, modeUntilMs, breaker, nextReportId } = state
    const expected = { leases, ended, reports, reruns, mode, modeUntilMs, breaker, nextReportId }
    expect(read).toMatchObject({ ...expected, isModeOwed: true, errorsInARow: 0 })
    expect(leases.size).toBe(4)
    expect(ended.size).toBe(1)
  })

  test.each([
    ['that is no JSON', 'lease/1', '{'],
    ['of another form', 'lease/1', '{"taskId":7}'],
    ['of no kind that is known', 'wish/1', '{}'],
  ])('are not taken from a record %s', (_, name, text) => {
    expect(() => stateFrom(new Map([[name, text]]), settings)).toThrow(
      expect.objectContaining({ code: 'AGENT_STATE_CORRUPT', details: { record: name } }),
    )
  })
})
