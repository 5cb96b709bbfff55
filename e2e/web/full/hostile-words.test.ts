// Whatever a node or a user calls things: it is text. Nothing of it becomes part of the page.
import { connect, password } from '@vcp/client'
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { chromium } from '../chromium.ts'
import { type NetworkShown, networkOfTest } from '../network.ts'
import { openPage, signIn, stepsShown, submitFromForm } from '../page.ts'
import { sampleNode, serveNodes } from './sample-nodes.ts'

const attacks = [
  '<img src=x onerror="window.owned=1">',
  '<script>window.owned=1</script>',
  '"><svg onload=window.owned=1>',
  'javascript:window.owned=1',
] as const
const attack = attacks.join(' ')

/** Nothing ran, nothing became an element, no link leads to a script. */
async function expectHarmless(page: Page): Promise<void> {
  const found = await page.evaluate(`({
    owned: window.owned ?? null,
    elements: document.querySelectorAll('img, script:not([src]), svg[onload], iframe').length,
    links: [...document.querySelectorAll('a')].filter((a) => a.protocol === 'javascript:').length,
  })`)
  expect(found).toEqual({ owned: null, elements: 0, links: 0 })
}

// skipped: where this machine has no Chromium, chromium.ts says so on stderr
describe.skipIf(chromium === null)('hostile words', () => {
  let network: NetworkShown
  beforeEach(async () => {
    network = await networkOfTest()
  })

  async function ofUser() {
    const credentials = password(network.username, network.password)
    const connection = connect({ url: network.url, credentials })
    onTestFinished(() => connection.close())
    return connection
  }

  test('of a user are text: a task’s name, its output, an API key’s name', async () => {
    const { page, complaints } = await openPage()
    await signIn(page, network)
    const script = `return ${JSON.stringify(attack)}`
    await submitFromForm(page, attack.slice(0, 100), script)
    await stepsShown(page)
    await page.getByLabel('the output').getByText('window.owned=1').waitFor()
    await page.getByLabel('the task as submitted').getByText('onerror').waitFor()
    await expectHarmless(page)

    const connection = await ofUser()
    const name = attack.slice(0, 120)
    await connection.ask('createApiKey', { body: { name, scopes: ['tasks:read'] } })
    await page.goto(`${network.url}/#/settings`)
    await page.getByRole('cell', { name }).first().waitFor()
    await expectHarmless(page)
    expect(complaints).toEqual([])
  })

  test('in the address of the page lead nowhere', async () => {
    const { page, complaints } = await openPage()
    await signIn(page, network)
    for (const name of ['tasks', 'training', 'nodes', 'nonsense']) {
      await page.goto(`${network.url}/#/${name}/${encodeURIComponent(attack)}`)
      await page.getByRole('heading', { level: 1 }).or(page.getByRole('alert')).first().waitFor()
      await expectHarmless(page)
    }
    await page.goto(`${network.url}/#/nodes/%E0%A4%A`)
    await page.getByRole('alert').waitFor()
    expect(complaints).toEqual([])
  })

  test('of a node are text: engines, reasons, and what the log says of it', async () => {
    const { page, complaints } = await openPage()
    const engines = { wasm_execution: { name: attack.slice(0, 64), version: attacks[2] } }
    const node = sampleNode(1)
    const hostile = { ...node, capabilities: { ...node.capabilities, engines } }
    await serveNodes(page, [hostile])
    await page.route('**/api/v1/nodes/12D3*', (route) => route.fulfill({ json: hostile }))
    await page.route('**/api/v1/nodes/*/history', (route) =>
      route.fulfill({ json: historyOf(attack) }),
    )
    await signIn(page, network)
    await page.goto(`${network.url}/#/nodes/${node.peer_id}`)
    await page.getByText(attacks[2]).first().waitFor()
    await page.getByText(`offline, paused: ${attack}`).waitFor()
    await expectHarmless(page)
    expect(complaints).toEqual([])
  })

  test('of a coordinator are text: why a task waits, what was refused, who did what', async () => {
    const { page, complaints } = await openPage()
    await signIn(page, network)
    await page.route('**/api/v1/tasks?*', async (route) => {
      const response = await route.fetch()
      const json = (await response.json()) as { tasks: { reason: string }[] }
      for (const task of json.tasks) task.reason = attack
      return route.fulfill({ response, json })
    })
    await submitFromForm(page, 'plain')
    await page.goto(`${network.url}/#/tasks`)
    await page.getByText(attack).first().waitFor()
    await expectHarmless(page)

    await page.route('**/api/v1/admin/users?*', (route) =>
      route.fulfill({
        status: 403,
        json: { error: 'x', message: attack, hint: attack, request_id: 'x', details: {} },
      }),
    )
    await page.goto(`${network.url}/#/admin`)
    await page.getByText(attack).first().waitFor()
    await expectHarmless(page)
    expect(complaints).toEqual([])
  })

  test('that the protocol has no room for are refused whole', async () => {
    const { page } = await openPage()
    await serveNodes(page, [sampleNode(1, { node_id: attacks[0] })])
    await signIn(page, network)
    await page.goto(`${network.url}/#/nodes`)
    await page.getByText('has another form than this page knows').waitFor()
    await expectHarmless(page)
  })
})

function historyOf(reason: string) {
  const at_ms = Date.now()
  return {
    since_ms: at_ms,
    sample_ms: 10_000,
    newest: null,
    samples: [],
    breaker: [],
    standing: [{ at_ms, status: 'offline', mode: 'paused', reason }],
    audits: [],
  }
}
