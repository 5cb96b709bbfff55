import type { LedgerEvent } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { modelOf, taskIdOf, wasmTask } from '../core/testing/samples.ts'
import { Scenario } from '../core/testing/scenario.ts'
import { createHeldBlobs } from './held-blobs.ts'

const one = taskIdOf(1)
const [module, stdin] = ['module', 'stdin'].map(modelOf) as [never, never]
const task = wasmTask({ inputs: { module, call: { kind: 'wasi', stdin } } })
const output = modelOf('output')
const resultsMs = 60_000

/** Holds what the scenario's journal says, as the loop would tell it. */
function follow(scenario: Scenario) {
  const held = createHeldBlobs({ nowMs: () => scenario.atMs, resultsMs })
  let told = 0
  const has = (...cids: never[]) => {
    const fresh = scenario.journal.slice(told)
    told = scenario.journal.length
    held.onDurable(
      fresh.map(({ index, atMs, event }) => ({ index, at_ms: atMs, previous: null, event })),
    )
    return cids.map((cid) => held.has(cid))
  }
  return { has }
}

/** As after a restart. */
function restarted(scenario: Scenario) {
  const held = createHeldBlobs({ nowMs: () => scenario.atMs, resultsMs })
  held.begin(scenario.replayed())
  return (...cids: never[]) => cids.map((cid) => held.has(cid))
}

describe('blobs that are held', () => {
  test('are those of tasks under way, and for a time the outputs of those that ended', () => {
    const scenario = new Scenario()
    const peerId = scenario.node('n1')
    const { has } = follow(scenario)
    const all = [module, stdin, output as never] as const
    expect(has(...all)).toEqual([false, false, false])
    scenario.submit(one, task)
    expect(has(...all)).toEqual([true, true, false])
    expect(restarted(scenario)(...all)).toEqual([true, true, false])
    scenario.run(one, peerId)
    expect(has(...all)).toEqual([false, false, true])
    expect(restarted(scenario)(...all)).toEqual([false, false, true])
    scenario.pass(resultsMs)
    expect(has(...all)).toEqual([false, false, false])
    expect(restarted(scenario)(...all)).toEqual([false, false, false])
  })

  test('are held by each task that names them', () => {
    const scenario = new Scenario()
    const { has } = follow(scenario)
    const other = taskIdOf(2)
    scenario.submit(one, task)
    scenario.submit(other, task)
    const ownerId = scenario.task(one).ownerId
    const cancelled = { type: 'task-cancelled', ownerId, reason: 'no' } as const
    scenario.tell({ ...cancelled, taskId: one })
    expect(has(module)).toEqual([true])
    scenario.tell({ ...cancelled, taskId: other })
    expect(has(module)).toEqual([false])
  })

  test('are what a round begins with and what it comes to', () => {
    const held = createHeldBlobs({ nowMs: () => 0, resultsMs })
    const round = { task_id: one, model_in: module, model_out: null }
    const tell = (event: object) =>
      held.onDurable([{ index: 0, at_ms: 0, previous: null, event: event as LedgerEvent }])
    tell({ type: 'round-opened', round })
    expect([held.has(module), held.has(stdin)]).toEqual([true, false])
    tell({ type: 'round-finalised', round: { ...round, model_out: stdin } })
    expect(held.has(stdin)).toBe(true)
    tell({ type: 'task-failed', task_id: one, reason: 'x' })
    expect([held.has(module), held.has(stdin)]).toEqual([false, false])
  })

  test('are updates until their round has ended, and the moments that came of it', () => {
    const held = createHeldBlobs({ nowMs: () => 0, resultsMs })
    const round = { task_id: one, round_id: 'r1', model_in: module, model_out: null }
    const tell = (event: object) =>
      held.onDurable([{ index: 0, at_ms: 0, previous: null, event: event as LedgerEvent }])
    tell({ type: 'round-opened', round })
    tell({ type: 'update-accepted', update: { round_id: 'r1', delta: stdin } })
    expect(held.has(stdin)).toBe(true)
    const ended = { ...round, model_out: module, strategy_state: output }
    tell({ type: 'round-finalised', round: ended })
    expect([held.has(stdin), held.has(output as never)]).toEqual([false, true])
    // Of a buffer: made for a round that is over, and counted in the next.
    tell({ type: 'update-accepted', update: { round_id: 'r1', delta: stdin }, counts_in: 'r2' })
    expect(held.has(stdin)).toBe(true)
    tell({ type: 'round-abandoned', round_id: 'r2' })
    expect(held.has(stdin)).toBe(false)
  })
})
