import { describe, expect, test } from 'vitest'
import type { Reading } from '../core/reading.ts'
import type { Sample } from './sample.ts'
import { seldom } from './seldom.ts'
import { watchMachine } from './watch-machine.ts'

const line = { latencyMs: null, upMbps: null, downMbps: null }

function sampleAt(total: number, idle: number): Sample {
  const processor = { total, idle, ours: null }
  const nothing = { quota: null, memory: null, temperatureC: null, battery: null, powerWatts: null }
  return { atMs: total, processor, ...nothing, gpus: [], diskFreeBytes: null, idleSeconds: null }
}

/** A watch over given samples, whose timer the test turns. */
function watched(samples: readonly Sample[]) {
  const told: Reading[] = []
  const waits: number[] = []
  let due: (() => void) | null = null
  let heard = Promise.withResolvers<void>()
  const rest = [...samples]
  const watch = watchMachine({
    sensors: { sample: async () => rest.shift()!, close: () => waits.push(-1) },
    line: () => line,
    tell(reading) {
      told.push(reading)
    },
    after(ms, work) {
      waits.push(ms)
      due = work
      heard.resolve()
      heard = Promise.withResolvers()
      return () => {
        due = null
      }
    },
  })
  async function turn() {
    const next = heard.promise
    due?.()
    await next
  }
  return { told, waits, watch, turn, isDue: () => due !== null }
}

describe('the machine is measured', () => {
  test('soon after the start, then every few seconds, over the time between', async () => {
    const { told, waits, turn, watch } = watched([
      sampleAt(0, 0),
      sampleAt(100, 90),
      sampleAt(200, 140),
    ])
    await turn()
    await turn()
    expect(told.map(({ telemetry }) => telemetry.cpu_percent)).toEqual([10, 50])
    expect(waits).toEqual([500, 5_000, 5_000])
    await watch.close()
  })

  test('no more after the end', async () => {
    const { watch, isDue, waits } = watched([sampleAt(0, 0)])
    await watch.close()
    expect(isDue()).toBe(false)
    expect(waits.at(-1)).toBe(-1)
  })
})

describe('what is asked seldom', () => {
  test('is waited for once, and then as it was heard last', async () => {
    let [nowMs, answer] = [0, 1]
    const read = seldom(
      1_000,
      () => nowMs,
      async () => answer,
    )
    expect(await read()).toBe(1)
    answer = 2
    nowMs = 999
    expect(await read()).toBe(1)
    nowMs = 1_000
    expect(await read()).toBe(1)
    expect(await read()).toBe(2)
  })

  test('is null where the tool fails, and known again where it does not', async () => {
    let fails = true
    const read = seldom(0, Date.now, async () => {
      if (fails) throw new Error('no such tool')
      return 7
    })
    expect(await read()).toBeNull()
    fails = false
    expect(await read()).toBe(7)
  })
})
