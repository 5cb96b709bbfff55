// What a page meets on its edges: nothing to show, names as long as they may be, and somebody who
// has no mouse.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { limits } from '@vcp/protocol'
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startDevNetwork } from '../../bench/dev-network.ts'
import { buildPages } from '../build-pages.ts'
import { chromium } from '../chromium.ts'
import { networkOfTest } from '../network.ts'
import { openPage, signIn, stepsShown, submitFromForm } from '../page.ts'
import { sampleNode, serveNodes } from './sample-nodes.ts'
import { serveTraining, trainingId } from './sample-training.ts'

const pictures = fileURLToPath(new URL('../../../.cache/screenshots', import.meta.url))

/** Whether the page is wider than the window: then one must scroll sideways to read it. */
const isTooWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth'

async function fits(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true })
  for (const width of [390, 1024]) {
    await page.setViewportSize({ width, height: 900 })
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))')
    await page.screenshot({ path: join(pictures, `${name}-${width}.png`), fullPage: true })
    expect(`${name} at ${width}: ${await page.evaluate(isTooWide)}`).toMatch(/false$/)
  }
}

const focused = `(() => {
  const it = document.activeElement
  return (it.getAttribute('aria-label') ?? it.textContent ?? '').trim()
})()`

/** With Tab alone, as far as it takes. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let tabs = 0; tabs < 80; tabs += 1) {
    await page.keyboard.press('Tab')
    if ((await page.evaluate(focused)) === name) return
  }
  throw new Error(`Tab does not lead to ${name}`)
}

// skipped: where this machine has no Chromium, chromium.ts says so on stderr
describe.skipIf(chromium === null)('at its edges the dashboard', () => {
  test('says of an empty network what would fill it', async () => {
    await buildPages()
    const network = await startDevNetwork(0)
    onTestFinished(() => network.stop())
    const { page, complaints } = await openPage()
    await signIn(page, network)
    await page.getByText('No node has joined').first().waitFor()
    await fits(page, 'empty-overview')
    for (const [hash, said] of [
      ['nodes', 'No node of yours has joined'],
      ['tasks', 'There is no such task'],
      ['training', 'Nothing has been trained yet'],
    ] as const) {
      await page.goto(`${network.url}/#/${hash}`)
      await page.getByText(said).first().waitFor()
      await fits(page, `empty-${hash}`)
    }
    await page.goto(`${network.url}/#/tasks/new`)
    await page.getByRole('button', { name: 'Which nodes would fit?' }).click()
    await page.getByText('No node has joined yet').waitFor()
    await page.goto(`${network.url}/#/nodes/nobody`)
    await page.getByRole('alert').waitFor()
    await page.goto(`${network.url}/#/tasks/nothing`)
    await page.getByText('This is no task’s id').waitFor()
    expect(complaints).toEqual([])
  })

  test('stays as wide as its window, however long names are', async () => {
    const network = await networkOfTest()
    const { page, complaints } = await openPage()
    const long = (character: string, characters: number) => character.repeat(characters)
    const names = { node_id: long('n', 64), region: long('r', 32) }
    const nodes = Array.from({ length: 3 }, (_, i) => sampleNode(i, names))
    await serveNodes(page, nodes)
    const [first] = nodes
    await page.route(`**/api/v1/nodes/${first?.peer_id}`, (route) => route.fulfill({ json: first }))
    await signIn(page, network)
    await page.goto(`${network.url}/#/nodes`)
    await page.getByText(names.node_id).first().waitFor()
    await fits(page, 'long-nodes')
    for (const width of [390, 1024, 1440]) {
      await page.setViewportSize({ width, height: 900 })
      const name = await page.locator('.long tbody a').first().boundingBox()
      expect(name?.width).toBeGreaterThan(100)
    }
    await page.goto(`${network.url}/#/nodes/${first?.peer_id}`)
    await page.getByRole('heading', { name: names.node_id }).waitFor()
    await fits(page, 'long-node')
    await page.goto(`${network.url}/#/settings`)
    await page.getByLabel('Name of a new key').fill(long('k', limits.labelCharactersMax))
    await page.getByRole('button', { name: 'Make the key' }).click()
    await page.getByText('The key is shown this once').waitFor()
    await fits(page, 'long-settings')
    expect(complaints).toEqual([])
  })

  test('takes a task to its evidence with the keyboard alone', async () => {
    const network = await networkOfTest()
    const { page } = await openPage()
    await signIn(page, network)
    for (const name of ['Tasks', 'Submit a task', 'Submit']) {
      await tabTo(page, name)
      await page.keyboard.press('Enter')
      const next = name === 'Submit' ? /#\/tasks\/[0-9a-f-]{36}$/ : /#\/tasks(\/new)?$/
      await page.waitForURL(next)
    }
    expect(await stepsShown(page)).toMatchObject({ signatures: 'ok', output: 'ok' })
    await tabTo(page, 'Check again')
    await page.keyboard.press('Enter')
    expect(await stepsShown(page)).toMatchObject({ signatures: 'ok', output: 'ok' })
  })

  test('says of a training only what it was told', async () => {
    const network = await networkOfTest()
    const { page } = await openPage()
    await signIn(page, network)
    await serveTraining(page)
    const told = Promise.withResolvers<void>()
    await page.route('**/api/v1/rounds*', async (route) => {
      await told.promise
      await route.fallback()
    })
    await page.goto(`${network.url}/#/training/${trainingId}`)
    await page.locator('.page-head').getByText('running').waitFor()
    expect(await page.getByText('No round').count()).toBe(0)
    told.resolve()
    await page.getByText('Participants').waitFor()
  })

  test('says that a task of another type is no training', async () => {
    const network = await networkOfTest()
    const { page } = await openPage()
    await signIn(page, network)
    const taskId = await submitFromForm(page, 'no training')
    await page.goto(`${network.url}/#/training/${taskId}`)
    await page.getByText('This task is no training').waitFor()
    expect(await page.locator('.pulse').count()).toBe(0)
  })
})
