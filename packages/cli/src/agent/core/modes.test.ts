import { describe, expect, test } from 'vitest'
import { telemetryOf } from './telemetry.ts'
import { offerOf, otherLogKey, readingOf, taskIdOf } from './testing/samples.ts'
import { Scenario } from './testing/scenario.ts'

const drain = { type: 'mode-asked', mode: 'draining', untilMs: null } as const
const resume = { type: 'mode-asked', mode: 'active', untilMs: null } as const

function heated(scenario: Scenario, temperature_c: number): void {
  scenario.atMs += 1
  scenario.tell({ type: 'measured', reading: readingOf({}, { temperature_c }) })
}

describe('a node that drains', () => {
  test('takes nothing more, ends what it holds, and says so once', () => {
    const scenario = Scenario.joined()
    scenario.offer(offerOf(1))
    scenario.tell(drain)
    expect(scenario.offer(offerOf(2))).toMatchObject({ reason: 'draining' })
    scenario.finish(offerOf(1))
    scenario.reveal(offerOf(1))
    expect(scenario.wanted('announce-drained')).toEqual([])
    scenario.settleAll()
    scenario.tell({ type: 'time-passed' })
    expect(scenario.wanted('announce-drained')).toHaveLength(1)
  })

  test('that holds nothing has drained at once', () => {
    const scenario = Scenario.joined()
    scenario.tell(drain)
    expect(scenario.wanted('announce-drained')).toHaveLength(1)
  })

  test('does not wait for a log that it has left', () => {
    const scenario = Scenario.joined()
    scenario.offer(offerOf(1))
    scenario.finish(offerOf(1))
    scenario.tell(drain)
    expect(scenario.wanted('announce-drained')).toEqual([])
    scenario.join(otherLogKey)
    expect(scenario.wanted('announce-drained')).toHaveLength(1)
  })

  test('goes on draining after a crash, and works again when it is started after the drain', () => {
    const scenario = Scenario.joined()
    scenario.offer(offerOf(1))
    scenario.tell(drain)
    scenario.restart()
    expect(scenario.state.mode).toBe('draining')
    scenario.join()
    scenario.fail(offerOf(1))
    scenario.settleAll()
    scenario.restart()
    expect(scenario.state.mode).toBe('active')
    scenario.join()
    expect(scenario.wanted('tell-mode').at(-1)).toEqual({ type: 'tell-mode', mode: 'active' })
  })
})

describe('a pause', () => {
  test('ends by itself, and the coordinator is told of both', () => {
    const scenario = Scenario.joined()
    const untilMs = scenario.atMs + 90_000
    scenario.tell({ type: 'mode-asked', mode: 'paused', untilMs })
    const declined = { reason: 'operator_limit', retry_after_seconds: 90 }
    expect(scenario.offer(offerOf(1))).toMatchObject(declined)
    scenario.pass(90_000)
    expect(scenario.offer(offerOf(2))).toMatchObject({ answer: 'accept' })
    expect(scenario.wanted('tell-mode').map(({ mode }) => mode)).toEqual(['paused', 'active'])
  })

  test('without an end holds over a restart, until somebody says so', () => {
    const scenario = Scenario.joined()
    scenario.tell({ type: 'mode-asked', mode: 'paused', untilMs: null })
    scenario.restart()
    scenario.join()
    expect(scenario.offer(offerOf(1))).toMatchObject({ retry_after_seconds: null })
    scenario.tell(resume)
    expect(scenario.offer(offerOf(2))).toMatchObject({ answer: 'accept' })
  })
})

test('the coordinator is told a mode until it has heard it', () => {
  const scenario = Scenario.joined()
  scenario.tell({ type: 'parted' })
  scenario.tell({ type: 'mode-asked', mode: 'paused', untilMs: null })
  expect(scenario.wanted('tell-mode')).toEqual([])
  scenario.join()
  scenario.tell({ type: 'mode-told', mode: 'active' })
  scenario.join()
  scenario.tell({ type: 'mode-told', mode: 'paused' })
  scenario.join()
  expect(scenario.wanted('tell-mode')).toHaveLength(2)
})

describe('the breaker', () => {
  test('opens on a reading, says why, and stops nothing that runs', () => {
    const scenario = Scenario.joined()
    scenario.offer(offerOf(1))
    heated(scenario, 90)
    const declined = { reason: 'breaker_open', needs: 85, has: 90, retry_after_seconds: 30 }
    expect(scenario.offer(offerOf(2))).toMatchObject(declined)
    expect(scenario.wanted('stop-run')).toEqual([])
  })

  test('gives up the newest run first where the machine grows too hot', () => {
    const scenario = Scenario.joined()
    scenario.offer(offerOf(1))
    scenario.atMs += 1_000
    scenario.offer(offerOf(2))
    heated(scenario, 91)
    expect(scenario.wanted('stop-run')).toMatchObject([{ taskId: taskIdOf(2) }])
    const report = { report: 'run-failed', reason: 'stopped: the machine is at 91 °C' }
    expect(scenario.wanted('send-report')).toMatchObject([{ report }])
    expect(scenario.state.errorsInARow).toBe(0)
    heated(scenario, 91)
    expect(scenario.wanted('stop-run').map(({ taskId }) => taskId)).toEqual([
      taskIdOf(2),
      taskIdOf(1),
    ])
  })

  test('lets one probe task in after its rest, whose end decides', () => {
    const scenario = Scenario.joined()
    heated(scenario, 90)
    scenario.pass(30_000)
    heated(scenario, 60)
    expect(scenario.state.breaker.state).toBe('half_open')
    expect(scenario.offer(offerOf(1))).toMatchObject({ answer: 'accept' })
    expect(scenario.offer(offerOf(2))).toMatchObject({ reason: 'breaker_open', needs: 0, has: 1 })
    scenario.finish(offerOf(1))
    expect(scenario.state.breaker.state).toBe('closed')
  })

  test('is not closed by a run that began before it opened', () => {
    const scenario = Scenario.joined()
    scenario.offer(offerOf(1))
    heated(scenario, 90)
    scenario.pass(29_000)
    scenario.tell({
      ...{ type: 'progress-made', taskId: taskIdOf(1), leaseEpoch: 1 },
      ...{ phase: 'running', percent: null, gas: null },
    })
    scenario.pass(5_000)
    heated(scenario, 60)
    scenario.finish(offerOf(1))
    expect(scenario.state.breaker.state).toBe('half_open')
  })

  test('opens again when the probe task fails', () => {
    const scenario = Scenario.joined()
    heated(scenario, 90)
    scenario.pass(30_000)
    heated(scenario, 60)
    scenario.offer(offerOf(1))
    scenario.fail(offerOf(1))
    const { state, reason } = scenario.state.breaker
    expect({ state, cause: reason?.cause }).toEqual({ state: 'open', cause: 'probe_failed' })
  })

  test('opens at the errors in a row that are ours, also over restarts', () => {
    const scenario = Scenario.joined()
    for (let number = 1; number <= 24; number++) {
      scenario.offer(offerOf(number))
      scenario.fail(offerOf(number))
      scenario.settleAll()
    }
    scenario.restart()
    scenario.join()
    scenario.tell({ type: 'measured', reading: readingOf() })
    scenario.offer(offerOf(25))
    scenario.fail(offerOf(25), false)
    expect(scenario.state.breaker.state).toBe('closed')
    scenario.offer(offerOf(26))
    scenario.fail(offerOf(26))
    expect(scenario.state.breaker).toMatchObject({ state: 'open', reason: { cause: 'errors' } })
  })

  test('counts from nothing after a run that went well', () => {
    const scenario = Scenario.joined()
    scenario.offer(offerOf(1))
    scenario.fail(offerOf(1))
    scenario.offer(offerOf(2))
    expect(telemetryOf(scenario.state)).toMatchObject({ consecutive_errors: 1 })
    scenario.finish(offerOf(2))
    expect(telemetryOf(scenario.state)).toMatchObject({
      consecutive_errors: 0,
      open_assignments: 2,
      breaker: { state: 'closed', reason: null },
    })
  })
})

test('a node that has measured nothing says nothing of itself', () => {
  expect(telemetryOf(new Scenario().state)).toBeNull()
})
