import { describe, expect, test } from 'vitest'
import { deadUrl, health, serve } from '../../testing/coordinator.ts'
import { examinationWith } from '../../testing/examination.ts'
import { clock } from './clock.ts'

/** A coordinator whose clock runs ahead of ours. */
function coordinatorAhead(byMs: number): Promise<string> {
  return serve((_, response) => {
    response.setHeader('date', new Date(Date.now() + byMs).toUTCString())
    response.end(JSON.stringify(health))
  })
}

async function against(url: string) {
  return clock.run(examinationWith({ 'coordinator.url': url }))
}

describe('the clock', () => {
  test('that agrees with the coordinator is fine', async () => {
    const verdict = await against(await coordinatorAhead(0))
    expect(verdict).toMatchObject({ status: 'ok', hint: null })
  })

  test.each([
    [60_000, 'behind'],
    [-60_000, 'ahead of'],
  ])('is an error when the coordinator is %s ms ahead', async (byMs, words) => {
    const verdict = await against(await coordinatorAhead(byMs))
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toContain(`${words} the coordinator's; 10 s are allowed`)
    expect(verdict.hint).toContain('time synchronisation')
    const skew = Number(verdict.figures['skew_ms'])
    expect(Math.abs(skew + byMs)).toBeLessThan(5_000)
  })

  test('may differ by a few seconds', async () => {
    expect(await against(await coordinatorAhead(8_000))).toMatchObject({ status: 'ok' })
  })

  test('is given the time that the answer took', async () => {
    // 10.9 s apart, of which the time of the answer could explain all above 10.
    const nowMs = () => Date.UTC(2026, 10, 1, 0, 0, 0, 100)
    const date = new Date(Date.UTC(2026, 10, 1, 0, 0, 11)).toUTCString()
    const verdictAfter = async (delayMs: number) => {
      const url = await serve((_, response) => {
        response.setHeader('date', date)
        setTimeout(() => response.end('{}'), delayMs)
      })
      return clock.run(examinationWith({ 'coordinator.url': url }, { nowMs }))
    }
    expect(await verdictAfter(0)).toMatchObject({ status: 'error' })
    expect(await verdictAfter(1_200)).toMatchObject({ status: 'ok' })
  })

  test('without a coordinator is unknown, with what the system says', async () => {
    const verdict = await against(await deadUrl())
    expect(verdict.status).toBe('unknown')
    expect(verdict.summary).toContain('no coordinator gives a time to compare with')
    expect(verdict.summary).toContain('synchronised')
    expect(verdict.hint).not.toBeNull()
  })

  test('without a Date header is unknown', async () => {
    const url = await serve((_, response) => {
      response.sendDate = false
      response.end('{}')
    })
    expect(await against(url)).toMatchObject({ status: 'unknown' })
  })

  test('before the year in which vcp was made is an error, whatever anybody says', async () => {
    const nowMs = () => Date.UTC(2019, 5, 1)
    const verdict = await clock.run(examinationWith({}, { nowMs }))
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toContain('2019-06-01')
    expect(verdict.hint).toContain('time synchronisation')
  })
})
