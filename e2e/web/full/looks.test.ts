// Every page as people see it: kept as pictures, light and dark, at three widths; and looked at by
// axe, which knows what a screen reader and a keyboard need.
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { chromium } from '../chromium.ts'
import { type NetworkShown, networkOfTest } from '../network.ts'
import { openPage, signIn, stepsShown, submitFromForm } from '../page.ts'
import { serveTraining, trainingId } from './sample-training.ts'

const pictures = fileURLToPath(new URL('../../../.cache/screenshots', import.meta.url))
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const widths = [390, 1024, 1440] as const
const schemes = ['light', 'dark'] as const

interface Fault {
  readonly id: string
  readonly impact: string | null
  readonly nodes: readonly { readonly html: string }[]
}

/** What axe finds serious or worse. */
async function faultsOn(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = (await page.evaluate('axe.run(document)')) as { violations: Fault[] }
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)
}

/** Whether the page is wider than the window: then one must scroll sideways to read it. */
const isTooWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth'

// skipped: where this machine has no Chromium, chromium.ts says so on stderr
describe.skipIf(chromium === null)('every page', () => {
  let network: NetworkShown
  beforeEach(async () => {
    network = await networkOfTest()
    mkdirSync(pictures, { recursive: true })
  })

  test.each(schemes)(
    'looks right in %s colours, wide and narrow, and axe finds no fault',
    async (scheme) => {
      const { page, complaints } = await openPage({ colorScheme: scheme })
      await page.goto(network.url)
      await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
      const found: Record<string, string[]> = {}
      const look = async (name: string) => {
        for (const width of widths) {
          await page.setViewportSize({ width, height: width === 390 ? 844 : 900 })
          await page.evaluate(
            'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
          )
          const path = join(pictures, `${name}-${width}-${scheme}.png`)
          await page.screenshot({ path, fullPage: true })
          if ((await page.evaluate(isTooWide)) === true) found[`${name} ${width}`] = ['too wide']
          const faults = await faultsOn(page)
          if (faults.length > 0) found[`${name} ${width} axe`] = faults
        }
      }
      await look('sign-in')
      await signIn(page, network)
      const taskId = await submitFromForm(page, 'to be looked at')
      await stepsShown(page)
      for (const [name, hash, shown] of placesOf(network, taskId)) {
        if (name === 'training-one') await serveTraining(page)
        await page.goto(`${network.url}/#/${hash}`)
        await page.locator(shown).first().waitFor()
        await look(name)
        for (const tab of name === 'admin' ? ['Audit log', 'Throttles'] : []) {
          await page.getByRole('tab', { name: tab }).click()
          await look(tab.toLowerCase().replace(' ', '-'))
        }
      }
      expect(found).toEqual({})
      expect(complaints).toEqual([])
    },
    400_000,
  )

  test('is reached and left with the keyboard alone', async () => {
    const { page } = await openPage()
    await page.goto(network.url)
    await page.getByLabel('Name').focus()
    await page.keyboard.type(network.username)
    await page.keyboard.press('Tab')
    await page.keyboard.type(network.password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    const names = ['Nodes', 'Tasks', 'Training', 'Ledger', 'Settings', 'Admin']
    await page.getByRole('link', { name: 'Overview', exact: true }).focus()
    for (const name of names) {
      await page.keyboard.press('Tab')
      expect(await page.evaluate('document.activeElement.textContent')).toBe(name)
    }
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Admin' }).waitFor()
    expect(await page.evaluate('document.activeElement.tagName')).toBe('MAIN')
    await page.getByRole('tab', { name: 'Users' }).focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Audit log')
  })
})

function placesOf({ nodes }: NetworkShown, taskId: string) {
  const [first] = nodes as readonly { readonly peer_id?: string }[]
  return [
    ['overview', 'overview', 'text=Health of the nodes'],
    ['nodes', 'nodes', 'td >> text=node-1'],
    ['node', `nodes/${first?.peer_id}`, 'text=Telemetry'],
    ['tasks', 'tasks', 'td >> text=computation'],
    ['task', `tasks/${taskId}`, 'text=shown: replicated'],
    ['submit', 'tasks/new', 'text=On what terms'],
    ['training', 'training', 'text=Nothing has been trained yet'],
    ['training-one', `training/${trainingId}`, 'text=Participants'],
    ['ledger', 'ledger', '.entry-line'],
    ['settings', 'settings', 'td >> text=vcp dev'],
    ['admin', 'admin', 'text=by wallet'],
  ] as const
}
