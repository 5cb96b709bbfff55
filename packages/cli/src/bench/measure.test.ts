import { pass, refuse } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { type Measure, measured, type Work } from './measure.ts'

const place = { folder: '/nowhere', seats: 1, signal: new AbortController().signal }

/** What takes as many milliseconds as it is told, on a clock that only it moves. */
function workOf(tookMs: () => number, amount = 1) {
  let now = 0
  let ended = 0
  const work: Work = {
    async some() {
      now += tookMs()
      return pass(amount)
    },
    async end() {
      ended += 1
    },
  }
  const measure: Measure = { name: 'n', about: 'a', unit: 'u', start: async () => pass(work) }
  return { measure, nowMs: () => now, ends: () => ended }
}

describe('a measure', () => {
  test('is the amount over the time that it took, slice by slice, after a warm-up', async () => {
    let calls = 0
    // Slow at first, as everything is: what is warm takes 10 ms.
    const { measure, nowMs, ends } = workOf(() => (++calls <= 5 ? 100 : 10), 2)
    const seen: number[] = []
    const pacing = { seconds: 2, signal: place.signal, nowMs }
    const { median, p10, p90, samples, reason } = await measured(measure, place, {
      ...pacing,
      onSample: ({ rate }) => seen.push(rate),
    })
    expect({ median, p10, p90, reason }).toEqual({ median: 200, p10: 200, p90: 200, reason: null })
    expect(samples.length).toBeGreaterThan(20)
    expect(seen).toEqual(samples.map(({ rate }) => rate))
    expect(samples.at(-1)?.at_s).toBeCloseTo(2, 1)
    expect(ends()).toBe(1)
  })

  test('says between which rates eight in ten lie', async () => {
    let calls = 0
    const { measure, nowMs } = workOf(() => (++calls % 9 === 0 ? 900 : 100))
    const pacing = { seconds: 10, signal: place.signal, nowMs }
    const { median, p10, p90 } = await measured(measure, place, pacing)
    expect({ median, p90 }).toEqual({ median: 10, p90: 10 })
    expect(p10).toBeLessThan(5)
  })

  test('is unknown, with the reason, where it cannot be done', async () => {
    const refusal = refuse('EXECUTION_UNFIT', 'there is no sandbox here')
    const measure = { name: 'n', about: 'a', unit: 'u', start: async () => refusal }
    const pacing = { seconds: 1, signal: place.signal, nowMs: () => 0 }
    expect(await measured(measure, place, pacing)).toMatchObject({
      median: null,
      samples: [],
      reason: 'there is no sandbox here',
    })
  })

  test('that fails on its way keeps what it had, says why, and is ended', async () => {
    const { measure, nowMs, ends } = workOf(() => 10)
    let left = 60
    const failing: Measure = {
      ...measure,
      async start(where) {
        const started = await measure.start(where)
        if (!started.ok) return started
        const some = async () =>
          left-- > 0 ? started.value.some() : refuse('DISK_FULL', 'no space is left')
        return pass({ ...started.value, some })
      },
    }
    const pacing = { seconds: 1, signal: place.signal, nowMs }
    const { median, reason } = await measured(failing, place, pacing)
    expect({ median, reason }).toEqual({ median: 100, reason: 'no space is left' })
    expect(ends()).toBe(1)
  })

  test('is ended at once when somebody asks, with what there is', async () => {
    const stop = new AbortController()
    const { measure, nowMs, ends } = workOf(() => 10)
    const onSample = () => stop.abort()
    const pacing = { seconds: 100, signal: stop.signal, nowMs, onSample }
    const { samples } = await measured(measure, place, pacing)
    expect(samples).toHaveLength(1)
    expect(ends()).toBe(1)
  })
})
