import { pass } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import type { Agent, AgentChange } from './agent.ts'
import type { Input } from './core/inputs.ts'
import type { Stay } from './link/stay.ts'
import { manualTimers } from './link/testing/manual-timers.ts'
import { createSteering } from './steering.ts'

/** An agent that holds so many runs until they are taken from it. */
function steered({ runs = 0, isJoined = true } = {}) {
  const timers = manualTimers()
  const told: Input[] = []
  const listeners = new Set<(change: AgentChange) => void>()
  const leases = new Map(
    Array.from({ length: runs }, (_, i) => [`t${i}`, { stage: 'running' }] as const),
  )
  const state = { isDrainAnnounced: false, leases, reports: new Map(), reruns: new Map() }
  const agent = {
    state,
    async tell(input: Input) {
      told.push(input)
      if (isJoined && leases.size === 0) state.isDrainAnnounced = true
      return pass(null)
    },
    onChange(listener: (change: AgentChange) => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  } as unknown as Pick<Agent, 'tell' | 'state' | 'onChange'>
  const steering = createSteering({
    agent,
    link: { stay: isJoined ? ({} as Stay) : null, onChange: () => () => undefined },
    timers,
    log: () => undefined,
    drainMsMax: 1_000,
  })
  let isOver = false
  void steering.over.then(() => {
    isOver = true
  })
  function finish() {
    leases.clear()
    state.isDrainAnnounced = isJoined
    for (const listener of listeners) listener({} as AgentChange)
  }
  return { steering, timers, told, finish, isOver: () => isOver, listeners }
}

describe('an agent that is told to stop', () => {
  test('takes nothing more, and ends when nothing is held', async () => {
    const { steering, timers, told, finish, isOver, listeners } = steered({ runs: 2 })
    steering.stop('drained')
    await timers.turn(999)
    expect(told).toMatchObject([{ type: 'mode-asked', mode: 'draining' }])
    expect([steering.isStopping, isOver()]).toEqual([true, false])
    finish()
    await timers.turn(0)
    expect(isOver()).toBe(true)
    expect(listeners.size).toBe(0)
  })

  test('waits no longer than it may', async () => {
    const { steering, timers, isOver } = steered({ runs: 2 })
    steering.stop('drained')
    await timers.turn(999)
    expect(isOver()).toBe(false)
    await timers.turn(1)
    expect(isOver()).toBe(true)
  })

  test('ends at once when nothing is held, or it is to be now', async () => {
    const idle = steered()
    idle.steering.stop('drained')
    await idle.timers.turn(0)
    expect(idle.isOver()).toBe(true)
    const busy = steered({ runs: 1 })
    busy.steering.stop('drained')
    busy.steering.stop('now')
    await busy.timers.turn(0)
    expect(busy.isOver()).toBe(true)
  })

  test('does not wait for a coordinator that is away', async () => {
    const { steering, timers, finish, isOver } = steered({ runs: 1, isJoined: false })
    steering.stop('drained')
    await timers.turn(10)
    expect(isOver()).toBe(false)
    finish()
    await timers.turn(0)
    expect(isOver()).toBe(true)
  })
})

test('a pause has an end, or none', async () => {
  const { steering, timers, told } = steered()
  await steering.control({ control: 'pause', seconds: 60 })
  await steering.control({ control: 'pause', seconds: null })
  await steering.control({ control: 'resume' })
  expect(told).toEqual([
    { type: 'mode-asked', mode: 'paused', untilMs: timers.nowMs() + 60_000 },
    { type: 'mode-asked', mode: 'paused', untilMs: null },
    { type: 'mode-asked', mode: 'active', untilMs: null },
  ])
})
