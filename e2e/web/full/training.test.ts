// A training while it goes on, as somebody follows it on its page: rounds come by themselves, and
// the model at the end is the one that the log names.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { apiKey, connect } from '@vcp/client'
import { cidOf, type Round, type TaskId } from '@vcp/protocol'
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type DevNetwork, startDevNetwork } from '../../bench/dev-network.ts'
import { runVcp, startScript, startVcp } from '../../network/program.ts'
import { buildPages } from '../build-pages.ts'
import { chromium } from '../chromium.ts'
import { openPage, signIn } from '../page.ts'

const example = fileURLToPath(new URL('../../../examples/train/digits', import.meta.url))
const pictures = fileURLToPath(new URL('../../../.cache/screenshots', import.meta.url))
const rounds = 3
const epsilon = 50

/** The training of the example, small: a round takes seconds. */
const changes: Readonly<Record<string, string>> = {
  model: 'model.onnx',
  evaluation: 'held-out.npz',
  rounds: String(rounds),
  nodes: '{ min: 3 }',
  batch_size: '30',
  local_steps: '8',
}

/** Drawings for each node, with a budget, and the file that `vcp train` takes. */
async function prepare(network: DevNetwork, folder: string): Promise<string> {
  const made = startScript([join(example, 'make.ts'), '--out', folder, '--examples', '300'])
  expect(await made.ended).toMatchObject({ code: 0 })
  for (const [at, { data_dir }] of network.nodes.entries()) {
    const budget = ['--epsilon', String(epsilon), '--delta', '1e-4', '--data-dir', data_dir]
    const file = join(folder, `node-${at + 1}.npz`)
    await runVcp(['node', 'dataset', 'add', 'digits', file, ...budget])
  }
  const text = readFileSync(join(example, 'train.yaml'), 'utf8')
  const spec = join(folder, 'train.yaml')
  const small = Object.entries(changes).reduce(
    (whole, [key, value]) => whole.replace(new RegExp(`^${key}:.*$`, 'm'), `${key}: ${value}`),
    text,
  )
  writeFileSync(spec, small)
  return spec
}

async function roundsOf(network: DevNetwork, id: string): Promise<readonly Round[]> {
  const connection = connect({ url: network.url, credentials: apiKey(network.api_key) })
  const query = { task_id: id as TaskId, limit: 100 }
  const page = await connection.ask('listRounds', { query })
  await connection.close()
  return page.rounds as readonly Round[]
}

/** What a plot says of itself to whoever does not see it. */
function spoken(page: Page, plot: string): Promise<string | null> {
  return page.getByRole('img', { name: new RegExp(`^${plot}`) }).getAttribute('aria-label')
}

async function keepPictures(page: Page): Promise<void> {
  mkdirSync(pictures, { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const width of [390, 1024, 1440]) {
      await page.setViewportSize({ width, height: 900 })
      await page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))')
      const name = `training-live-${width}-${colorScheme}.png`
      await page.screenshot({ path: join(pictures, name), fullPage: true })
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 })
}

// skipped: where this machine has no Chromium, chromium.ts says so on stderr
describe.skipIf(chromium === null)('the page of a training', () => {
  test('follows it from its first round to its model, without being asked', async () => {
    await buildPages()
    const network = await startDevNetwork(3)
    onTestFinished(() => network.stop())
    const folder = mkdtempSync(join(tmpdir(), 'vcp-web-training-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const spec = await prepare(network, folder)

    const { page, complaints } = await openPage()
    await signIn(page, network)
    await page.goto(`${network.url}/#/training`)
    await page.getByText('Nothing has been trained yet').waitFor()
    const env = { VCP_COORDINATOR_URL: network.url, VCP_API_KEY: network.api_key }
    const submitter = ['--data-dir', join(folder, 'submitter'), '--out', join(folder, 'out')]
    const training = startVcp(['train', spec, '--json', ...submitter], { env })
    onTestFinished(() => void training.kill())

    await page.locator('td a[href^="#/training/"]').click({ timeout: 60_000 })
    // A round takes a second or two: by now it may be the second one that is looked at.
    const participants = page.getByRole('heading', { name: /^Participants of round \d$/ })
    await participants.waitFor({ timeout: 60_000 })
    const taskId = page.url().slice(-36)
    const row = (number: number) =>
      page.locator('section[aria-label="rounds"] tbody tr').filter({
        has: page.locator('td:first-child', { hasText: new RegExp(`^${number}$`) }),
      })
    for (let number = 1; number <= rounds; number += 1) {
      await row(number).getByText('finalised').waitFor({ timeout: 120_000 })
    }
    await page.locator('.page-head').getByText('completed').waitFor({ timeout: 60_000 })

    const known = await roundsOf(network, taskId)
    const last = known.find(({ number }) => number === rounds)
    const spent = (last?.epsilon_spent ?? Number.NaN).toPrecision(4)
    expect(await spoken(page, 'Loss')).toContain('3 values')
    expect(await spoken(page, 'Accuracy')).toContain('3 values')
    const privacy = page.getByRole('region', { name: 'Privacy' })
    expect(await privacy.innerText()).toContain(`epsilon ${Number(spent)} of 20`)
    const listed = page.getByRole('region', { name: /^Participants/ }).getByRole('link')
    const shown = await Promise.all(
      (await listed.all()).map(async (each) =>
        (await each.getAttribute('href'))?.split('/').at(-1),
      ),
    )
    expect(shown.sort()).toEqual([...(last?.participants ?? [])].sort())
    await keepPictures(page)

    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download the model' }).click()
    const bytes = readFileSync(await (await downloading).path())
    expect(cidOf('raw', bytes)).toBe(last?.model_out)
    await page.getByText('its bytes are those of its name').waitFor()

    await page.route('**/api/v1/blobs/*', (route) => route.fulfill({ body: 'another model' }))
    await page.getByRole('button', { name: 'Download the model' }).click()
    await page.getByRole('alert').getByText('not the bytes of this name').waitFor()
    expect(await training.ended).toMatchObject({ code: 0 })
    expect(complaints).toEqual([])
  }, 400_000)
})
