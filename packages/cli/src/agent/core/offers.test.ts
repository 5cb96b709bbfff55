import { describe, expect, test } from 'vitest'
import { offerOf, otherLogKey, readingOf, taskIdOf } from './testing/samples.ts'
import { Scenario } from './testing/scenario.ts'

const needs = (memoryMb: number) => ({ memoryMb, cpuCores: 1 })

describe('an offer', () => {
  test('is accepted where nothing speaks against it, and its run begins', () => {
    const scenario = Scenario.joined()
    const offer = offerOf(1)
    expect(scenario.offer(offer)).toEqual({
      answer: 'accept',
      task_id: offer.task_id,
      lease_epoch: 1,
    })
    expect(scenario.wanted('start-run')).toEqual([{ type: 'start-run', offer }])
  })

  test('of the same lease gets the same answer, and one run', () => {
    const scenario = Scenario.joined({ tasksMax: 1 })
    const first = scenario.offer(offerOf(1))
    const declined = scenario.offer(offerOf(2))
    scenario.finish(offerOf(1))
    expect(scenario.offer(offerOf(1))).toEqual(first)
    expect(scenario.offer(offerOf(2))).toEqual(declined)
    scenario.restart()
    scenario.join()
    expect(scenario.offer(offerOf(1))).toEqual(first)
    expect(scenario.offer(offerOf(2))).toEqual(declined)
    expect(scenario.wanted('start-run')).toHaveLength(1)
  })

  test('of a lease that was settled is known, and not run again', () => {
    const scenario = Scenario.joined()
    scenario.offer(offerOf(1))
    scenario.finish(offerOf(1))
    scenario.reveal(offerOf(1))
    scenario.settleAll()
    expect(scenario.offer(offerOf(1))).toMatchObject({ answer: 'accept' })
    expect(scenario.wanted('start-run')).toHaveLength(1)
  })

  test('of a newer lease takes the place of the older one', () => {
    const scenario = Scenario.joined()
    scenario.offer(offerOf(1))
    expect(scenario.offer(offerOf(1, 2))).toMatchObject({ answer: 'accept', lease_epoch: 2 })
    const taskId = taskIdOf(1)
    expect(scenario.wanted('stop-run')).toMatchObject([{ taskId, leaseEpoch: 1 }])
    expect(scenario.wanted('release-task')).toEqual([])
    expect(scenario.offer(offerOf(1))).toMatchObject({ answer: 'decline', reason: 'busy' })
  })

  test('of a newer lease that is declined ends the older one all the same', () => {
    const scenario = Scenario.joined()
    scenario.offer(offerOf(1))
    scenario.tell({ type: 'mode-asked', mode: 'draining', untilMs: null })
    expect(scenario.offer(offerOf(1, 2))).toMatchObject({ reason: 'draining' })
    expect(scenario.wanted('stop-run')).toHaveLength(1)
    expect(scenario.wanted('release-task')).toHaveLength(1)
    expect(scenario.state.leases.size).toBe(0)
  })

  test('of a task that is held for another log is declined, without harm to it', () => {
    const scenario = Scenario.joined()
    scenario.offer(offerOf(1))
    scenario.join(otherLogKey)
    expect(scenario.offer(offerOf(1, 7))).toMatchObject({ answer: 'decline', reason: 'busy' })
    expect(scenario.state.leases.size).toBe(1)
  })

  test('is not taken before it is known whose lease it would be', () => {
    const scenario = new Scenario()
    expect(scenario.offer(offerOf(1))).toMatchObject({ reason: 'busy', retry_after_seconds: 1 })
    expect(scenario.events).toEqual([])
  })
})

describe('a decline', () => {
  test('says that no engine is ready, or that the operator allows none', () => {
    expect(Scenario.joined().offer(offerOf(1), null)).toMatchObject({ reason: 'engine_missing' })
    const scenario = Scenario.joined({ taskTypes: ['computation'] })
    expect(scenario.offer(offerOf(1))).toMatchObject({ reason: 'engine_missing' })
  })

  test('tells what will never fit from what does not fit now', () => {
    const scenario = Scenario.joined({ memoryMbMax: 1_000 })
    const never = { reason: 'too_large', needs: 2_000, has: 1_000, retry_after_seconds: null }
    expect(scenario.offer(offerOf(1), needs(2_000))).toMatchObject(never)
    scenario.offer(offerOf(2), needs(600))
    const later = { reason: 'busy', needs: 600, has: 400, retry_after_seconds: 1 }
    expect(scenario.offer(offerOf(3), needs(600))).toMatchObject(later)
    scenario.finish(offerOf(2))
    expect(scenario.offer(offerOf(4), needs(600))).toMatchObject({ answer: 'accept' })
  })

  test('counts what was accepted since memory was measured', () => {
    const scenario = Scenario.joined()
    scenario.tell({ type: 'measured', reading: readingOf({ memoryFreeMb: 1_600 }) })
    scenario.offer(offerOf(1), needs(600))
    expect(scenario.offer(offerOf(2), needs(600))).toMatchObject({ needs: 600, has: 488 })
    scenario.atMs += 1
    scenario.tell({ type: 'measured', reading: readingOf({ memoryFreeMb: 1_600 }) })
    expect(scenario.offer(offerOf(3), needs(600))).toMatchObject({ answer: 'accept' })
  })

  test('keeps to the number of tasks at a time', () => {
    const scenario = Scenario.joined({ tasksMax: 2 })
    scenario.offer(offerOf(1))
    scenario.offer(offerOf(2))
    expect(scenario.offer(offerOf(3))).toMatchObject({ reason: 'busy', needs: 3, has: 2 })
  })

  test('keeps to the leases that one node may have, running or not', () => {
    const scenario = Scenario.joined()
    for (let number = 1; number <= 50; number++) {
      expect(scenario.offer(offerOf(number))).toMatchObject({ answer: 'accept' })
      scenario.finish(offerOf(number))
    }
    expect(scenario.offer(offerOf(51))).toMatchObject({ reason: 'busy', needs: 51, has: 50 })
  })

  test.each([
    ['22:00 to 06:00', 23 * 60, true],
    ['22:00 to 06:00', 5 * 60 + 59, true],
    ['22:00 to 06:00', 6 * 60, false],
    ['22:00 to 06:00', 21 * 60, false],
  ])('keeps to the hours %s at minute %d', (_, minuteOfDay, isOpen) => {
    const scenario = Scenario.joined({ hours: { fromMinute: 22 * 60, toMinute: 6 * 60 } })
    scenario.tell({ type: 'measured', reading: readingOf({ minuteOfDay }) })
    const answer = scenario.offer(offerOf(1))
    if (isOpen) expect(answer).toMatchObject({ answer: 'accept' })
    else {
      const seconds = (22 * 60 - minuteOfDay) * 60
      expect(answer).toMatchObject({ reason: 'operator_limit', retry_after_seconds: seconds })
    }
  })

  test.each([
    ['on battery', { on_mains: false, battery_percent: 80 }, 'decline'],
    ['where nobody can tell', { on_mains: null, battery_percent: 80 }, 'decline'],
    ['on mains', { on_mains: true, battery_percent: 80 }, 'accept'],
    ['without a battery', { on_mains: null, battery_percent: null }, 'accept'],
  ])('keeps to mains only: %s', (_, telemetry, answer) => {
    const scenario = Scenario.joined({ onlyOnMains: true })
    scenario.tell({ type: 'measured', reading: readingOf({}, telemetry) })
    expect(scenario.offer(offerOf(1))).toMatchObject({ answer })
  })

  test.each([
    ['in use', { idleSeconds: 10 }, { onlyWhenIdleSeconds: 60 }, [60, 10]],
    ['that cannot tell', { idleSeconds: null }, { onlyWhenIdleSeconds: 60 }, [60, null]],
    ['that others use', { othersCpuPercent: 90 }, {}, [80, 90]],
    ['with little disk', { diskFreeGb: 0.5 }, {}, [1, 0.5]],
  ])('leaves alone a machine %s', (_, reading, changes, [needed, has]) => {
    const scenario = Scenario.joined(changes)
    scenario.tell({ type: 'measured', reading: readingOf(reading) })
    const declined = { reason: 'operator_limit', needs: needed, has }
    expect(scenario.offer(offerOf(1))).toMatchObject(declined)
  })

  test('makes no rule of what this machine cannot measure', () => {
    const scenario = Scenario.joined()
    const unknown = { diskFreeGb: null, othersCpuPercent: null, memoryFreeMb: null }
    scenario.tell({ type: 'measured', reading: readingOf(unknown) })
    expect(scenario.offer(offerOf(1))).toMatchObject({ answer: 'accept' })
  })

  test('comes of a disk on which nothing can be promised', () => {
    const scenario = Scenario.joined()
    scenario.tell({ type: 'disk-filled' })
    expect(scenario.offer(offerOf(1))).toMatchObject({ reason: 'operator_limit' })
    scenario.tell({ type: 'disk-freed' })
    expect(scenario.offer(offerOf(2))).toMatchObject({ answer: 'accept' })
  })
})
