// Ten thousand nodes in one table: what is in sight is there, and it answers at once.
import { describe, expect, test } from 'vitest'
import { chromium } from '../chromium.ts'
import { networkOfTest } from '../network.ts'
import { openPage, signIn, workOf } from '../page.ts'
import { sampleNode, serveNodes } from './sample-nodes.ts'

const count = 10_000

/** Scrolls through the whole table; the milliseconds of each frame, the longest last. */
const scrollThrough = `(async () => {
  const frame = document.querySelector('.long')
  const times = []
  const steps = 120
  let before = performance.now()
  for (let i = 0; i <= steps; i += 1) {
    frame.scrollTop = (frame.scrollHeight - frame.clientHeight) * i / steps
    await new Promise((resolve) => requestAnimationFrame(resolve))
    const now = performance.now()
    times.push(now - before)
    before = now
  }
  return times.sort((one, other) => one - other)
})()`

// skipped: where this machine has no Chromium, chromium.ts says so on stderr
describe.skipIf(chromium === null)('ten thousand nodes', () => {
  test('are read, sorted, filtered and scrolled through with few rows at a time', async () => {
    const network = await networkOfTest()
    const { page, complaints } = await openPage()
    await serveNodes(
      page,
      Array.from({ length: count }, (_, i) => sampleNode(i)),
    )
    await signIn(page, network)
    await page.goto(`${network.url}/#/nodes`)
    await page.getByText('10,000 nodes', { exact: true }).waitFor({ timeout: 60_000 })
    const table = page.getByRole('table')
    expect(await table.getAttribute('aria-rowcount')).toBe(String(count + 1))
    const rows = page.locator('.long tbody tr:not(.room)')
    expect(await rows.count()).toBeLessThan(80)

    const work = await workOf(page)
    const workBefore = await work()
    const times = (await page.evaluate(scrollThrough)) as number[]
    const scrollWork = (await work()) - workBefore
    await page.getByText('node-09999').waitFor()
    expect(await rows.count()).toBeLessThan(80)

    const began = performance.now()
    await page.getByRole('button', { name: 'Name' }).click()
    await page.evaluate(`document.querySelector('.long').scrollTop = 0`)
    await page.getByText('node-09999').waitFor()
    const sortedMs = performance.now() - began
    expect(await page.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort')).toBe(
      'descending',
    )

    await page.getByLabel('Find').fill('node-0123')
    await page.getByText('10 of 10,000 nodes').waitFor()
    expect(await rows.count()).toBe(10)
    await page.getByLabel('State').selectOption('offline')
    await page.getByText(/^\d of 10,000 nodes$/).waitFor()
    const at = (share: number) => Math.round(times[Math.floor(share * (times.length - 1))] ?? 0)
    const figures = {
      frame_ms: { p50: at(0.5), p95: at(0.95), max: at(1) },
      cpu_ms_a_frame: Math.round((10 * scrollWork) / times.length) / 10,
      sort_ms: Math.round(sortedMs),
    }
    process.stdout.write(`${JSON.stringify(figures)}\n`)
    expect(complaints).toEqual([])
  })
})
