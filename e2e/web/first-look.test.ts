// The dashboard as somebody meets it: sign in, hand a task over, see its result shown to be right.
import { describe, expect, test } from 'vitest'
import { chromium } from './chromium.ts'
import { networkOfTest } from './network.ts'
import { openPage, signIn, stepsShown, submitFromForm } from './page.ts'

// skipped: where this machine has no Chromium, chromium.ts says so on stderr
describe.skipIf(chromium === null)('the dashboard', () => {
  test('takes a task from sign-in to evidence that the browser itself has checked', async () => {
    const network = await networkOfTest()
    const { page, complaints, hosts } = await openPage()
    await signIn(page, network)
    await submitFromForm(page, 'a first look')

    expect(await stepsShown(page)).toEqual({
      form: 'ok',
      task: 'ok',
      signatures: 'ok',
      log: 'ok',
      inclusion: 'ok',
      agreement: 'ok',
      commitments: 'ok',
      owners: 'ok',
      output: 'ok',
    })
    await page.getByText('shown: replicated').waitFor()
    await page.getByText('"sum": 6').waitFor()
    await page.getByText('its digest holds').waitFor()
    expect(complaints).toEqual([])
    expect([...hosts]).toEqual([new URL(network.url).host])
  }, 180_000)
})
