// What was tampered with on its way shows: the page believes nothing that it has not checked.
import { beforeEach, describe, expect, test } from 'vitest'
import { chromium } from '../chromium.ts'
import { type NetworkShown, networkOfTest } from '../network.ts'
import { openPage, signIn, stepsShown, submitFromForm } from '../page.ts'

interface Tampered {
  readonly receipts: {
    receipt: { payload: { gas: number; output: string; ended_at_ms: number }; signature: string }
    revealed: { inclusion: { hashes: string[] } }
    committed: { entry: { index: number } } | null
    binding: { signature: string } | null
  }[]
  checkpoint: string
}

const other = (hex: string) => `${hex.startsWith('0') ? '1' : '0'}${hex.slice(1)}`

/** What is changed, and the steps that must fail by it. */
const changes: readonly (readonly [string, (evidence: Tampered) => void, readonly string[]])[] = [
  [
    'gas of a receipt',
    ({ receipts }) => {
      receipts[0]!.receipt.payload.gas += 1
    },
    ['signatures'],
  ],
  [
    'a hash of a proof of place',
    ({ receipts }) => {
      const { hashes } = receipts[0]!.revealed.inclusion
      hashes[0] = other(hashes[0]!)
    },
    ['inclusion'],
  ],
  [
    'the signed head',
    (evidence) => {
      const [origin, size, ...rest] = evidence.checkpoint.split('\n')
      evidence.checkpoint = [origin, String(Number(size) + 1), ...rest].join('\n')
    },
    ['log', 'inclusion'],
  ],
  [
    'the signature of an owner',
    ({ receipts }) => {
      const binding = receipts[0]!.binding!
      const { signature } = binding
      const sign = signature[10] === 'a' ? 'b' : 'a'
      binding.signature = `${signature.slice(0, 10)}${sign}${signature.slice(11)}`
    },
    ['owners'],
  ],
]

// skipped: where this machine has no Chromium, chromium.ts says so on stderr
describe.skipIf(chromium === null)('evidence on the page of a task', () => {
  let network: NetworkShown
  beforeEach(async () => {
    network = await networkOfTest()
  })

  test.each(changes)('turns red where somebody changes %s', async (_, change, failing) => {
    const { page, complaints } = await openPage()
    await signIn(page, network)
    await page.route('**/api/v1/tasks/*/evidence', async (route) => {
      const response = await route.fetch()
      if (!response.ok()) return route.fulfill({ response })
      const evidence = (await response.json()) as Tampered
      change(evidence)
      return route.fulfill({ response, json: evidence })
    })
    await submitFromForm(page, 'tampered with')

    const steps = await stepsShown(page)
    const failed = Object.keys(steps).filter((name) => steps[name] === 'failed')
    expect(failed).toEqual(expect.arrayContaining([...failing]))
    await page.getByText('does not hold', { exact: true }).waitFor()
    await page.getByText('NOT shown to be right.').waitFor()
    expect(await page.getByText('shown: replicated').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('turns red where the output is another', async () => {
    const { page } = await openPage()
    await signIn(page, network)
    await page.route('**/api/v1/blobs/*', (route) =>
      route.request().method() === 'GET'
        ? route.fulfill({ body: '{"sum":7}', contentType: 'application/octet-stream' })
        : route.fallback(),
    )
    await submitFromForm(page, 'another output')
    expect((await stepsShown(page))['output']).toBe('failed')
    await page.getByText('NOT shown to be right.').waitFor()
  })

  test('says what it cannot say: whether a task of another browser is the one meant', async () => {
    const first = await openPage()
    await signIn(first.page, network)
    const taskId = await submitFromForm(first.page, 'elsewhere')
    await stepsShown(first.page)

    const second = await openPage()
    await signIn(second.page, network)
    await second.page.goto(`${network.url}/#/tasks/${taskId}`)
    expect(await stepsShown(second.page)).toMatchObject({ task: 'unknown', signatures: 'ok' })
  })

  test('is not believed under another key of the log than the one seen first', async () => {
    const { page } = await openPage()
    await signIn(page, network)
    await submitFromForm(page, 'before')
    await stepsShown(page)
    await page.route('**/api/v1/health', async (route) => {
      const response = await route.fetch()
      const health = (await response.json()) as { log_key: string }
      const json = { ...health, log_key: health.log_key.replace(/\+[0-9a-f]{8}\+/, '+00000000+') }
      return route.fulfill({ response, json })
    })
    await page.getByRole('button', { name: 'Check again' }).click()
    await page.getByText('signed with another key than the one this browser believes').waitFor()
  })

  test('of a log whose history was rewritten since is not believed', async () => {
    const { page } = await openPage()
    await signIn(page, network)
    await page.goto(`${network.url}/#/ledger`)
    await page.getByText('the first head that this browser has seen').waitFor()
    await submitFromForm(page, 'one entry more')
    await stepsShown(page)
    await page.goto(`${network.url}/#/ledger`)
    await page.getByText('are those of when this browser last looked: proved').waitFor()

    await submitFromForm(page, 'and one that hides another')
    await stepsShown(page)
    await page.route('**/api/v1/ledger/consistency?*', async (route) => {
      const response = await route.fetch()
      const proof = (await response.json()) as { hashes: string[] }
      return route.fulfill({ response, json: { ...proof, hashes: proof.hashes.map(other) } })
    })
    await page.goto(`${network.url}/#/ledger`)
    await page.getByText('history was rewritten').waitFor()
    await page.getByText('does not hold', { exact: true }).waitFor()
  })

  test('that claims a proof without one does not hold', async () => {
    const { page, complaints } = await openPage()
    await signIn(page, network)
    await page.route('**/api/v1/tasks/*/evidence', async (route) => {
      const response = await route.fetch()
      if (!response.ok()) return route.fulfill({ response })
      return route.fulfill({ response, json: { ...(await response.json()), level: 'proved' } })
    })
    await submitFromForm(page, 'proved, it says')
    const steps = await stepsShown(page)
    expect(steps['proof']).not.toBe('ok')
    expect(await page.getByText('shown: proved').count()).toBe(0)
    expect(complaints).toEqual([])
  })
})
