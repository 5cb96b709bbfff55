// A page of the dashboard under watch: what it complains of, whom it asks, what its policy forbade.
import {
  type Browser,
  type BrowserContextOptions,
  chromium as driver,
  type Page,
} from 'playwright-core'
import { onTestFinished } from 'vitest'
import { chromium } from './chromium.ts'
import type { NetworkShown } from './network.ts'

export interface Watched {
  readonly page: Page
  /** Errors of scripts and of the policy, but not answers that are refusals. */
  readonly complaints: readonly string[]
  /** Every host that was asked for anything. */
  readonly hosts: ReadonlySet<string>
}

export type Intercept = (page: Page) => Promise<void>

export async function openPage(options: BrowserContextOptions = {}): Promise<Watched> {
  const browser: Browser = await driver.launch({
    executablePath: chromium ?? '',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  })
  onTestFinished(() => browser.close())
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  const hosts = new Set<string>()
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    const isRefusal = /Failed to load resource|net::ERR_/.test(message.text())
    if (message.type() === 'error' && !isRefusal) complaints.push(message.text())
  })
  page.on('request', (request) => hosts.add(new URL(request.url()).host))
  return { page, complaints, hosts }
}

/** Signs in with the password that `vcp dev` printed; ends on the overview. */
export async function signIn(page: Page, network: NetworkShown, url = network.url): Promise<void> {
  await page.goto(url)
  await page.getByLabel('Name').fill(network.username)
  await page.getByRole('textbox', { name: 'Password' }).fill(network.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
}

/** Submits what is in the form, under a name; resolves on the page of the task. */
export async function submitFromForm(page: Page, name: string, script?: string): Promise<string> {
  await page.goto(`${new URL(page.url()).origin}/#/tasks/new`)
  if (script !== undefined) await page.getByLabel('JavaScript').fill(script)
  await page.getByLabel('Name').fill(name)
  await page.getByRole('button', { name: 'Submit', exact: true }).click()
  await page.waitForURL(/#\/tasks\/[0-9a-f-]{36}$/)
  return page.url().slice(-36)
}

/** The steps of the evidence as they are shown: name and what came of it. */
export async function stepsShown(page: Page): Promise<Record<string, string>> {
  await page.getByRole('list', { name: 'steps of the check' }).waitFor({ timeout: 60_000 })
  const steps = await page.locator('.steps > li').all()
  const entries = steps.map(async (each) => [
    (await each.getAttribute('data-step')) ?? '',
    (await each.getAttribute('data-result')) ?? '',
  ])
  return Object.fromEntries(await Promise.all(entries))
}

/** Milliseconds that the page's own thread has worked so far, however busy the machine is. */
export async function workOf(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0)
  }
}
