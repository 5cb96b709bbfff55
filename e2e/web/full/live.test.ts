// The page goes on by itself: a line that was cut comes back, and what happened meanwhile is told.
import { apiKey, connect, submitTask } from '@vcp/client'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { openTcpProxy, type TcpProxy } from '../../faults/tcp-proxy.ts'
import { smallTask } from '../../network/small-task.ts'
import { chromium } from '../chromium.ts'
import { type NetworkShown, networkOfTest } from '../network.ts'
import { openPage, signIn, stepsShown } from '../page.ts'

// skipped: where this machine has no Chromium, chromium.ts says so on stderr
describe.skipIf(chromium === null)('a page over a bad line', () => {
  let network: NetworkShown
  let line: TcpProxy
  let url: string
  beforeEach(async () => {
    network = await networkOfTest()
    const { hostname: host, port } = new URL(network.url)
    line = await openTcpProxy({ host, port: Number(port) }, () => 0)
    onTestFinished(() => line.close())
    url = `http://127.0.0.1:${line.port}`
  })

  async function submitElsewhere(): Promise<string> {
    const connection = connect({ url: network.url, credentials: apiKey(network.api_key) })
    try {
      const { task_id } = await submitTask(connection, smallTask(7))
      return task_id
    } finally {
      await connection.close()
    }
  }

  test('says that it reconnects, does so, and shows what happened meanwhile', async () => {
    const { page, complaints } = await openPage()
    await signIn(page, network, url)
    await page.getByText('live', { exact: true }).waitFor()

    line.become({ isCut: true })
    await page.getByText('reconnecting', { exact: true }).waitFor()
    const taskId = await submitElsewhere()
    line.become({ isCut: false })

    await page.getByText('live', { exact: true }).waitFor({ timeout: 60_000 })
    const last = taskId.slice(-10)
    await page.getByText(`${last} was submitted`).waitFor({ timeout: 30_000 })
    await page.goto(`${url}/#/tasks`)
    await page.locator(`a[href="#/tasks/${taskId}"]`).waitFor()
    expect(complaints).toEqual([])
  })

  test('shows a task from its submission to its evidence, without being asked', async () => {
    const { page } = await openPage()
    await signIn(page, network, url)
    await page.getByText('live', { exact: true }).waitFor()
    await page.goto(`${url}/#/tasks`)
    const taskId = await submitElsewhere()

    const row = page.locator(`a[href="#/tasks/${taskId}"]`)
    await row.waitFor({ timeout: 30_000 })
    await row.click()
    await page.locator('.page-head').getByText('completed').waitFor({ timeout: 60_000 })
    expect(await stepsShown(page)).toMatchObject({ signatures: 'ok', inclusion: 'ok' })
  })

  test('signs out where its credentials are not taken any more', async () => {
    const { page } = await openPage()
    await signIn(page, network, url)
    await page.evaluate(`sessionStorage.setItem('vcp.session', JSON.stringify({
      ...JSON.parse(sessionStorage.getItem('vcp.session')),
      accessToken: 'not.a.token', refreshToken: 'rt_' + 'x'.repeat(64) }))`)
    await page.reload()
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
  })
})
