// The three ways in: what lets somebody in, what is said to whoever is not let in, and the way out.
import { getBytes, Wallet } from 'ethers'
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { chromium } from '../chromium.ts'
import { type NetworkShown, networkOfTest } from '../network.ts'
import { openPage, signIn } from '../page.ts'

type Asked = { readonly method: string; readonly params?: readonly unknown[] }

/** What a wallet refuses with (EIP-1193), as plain data: an Error would not cross over. */
interface Refusal {
  readonly code: number
  readonly message: string
}
type Answer = (asked: Asked) => Promise<{ readonly value?: unknown; readonly refusal?: Refusal }>

/** Gives the browser a wallet, and keeps what it is asked. */
async function withWallet(page: Page, answer: Answer): Promise<Asked[]> {
  const asked: Asked[] = []
  await page.exposeFunction('askWalletOfTest', (question: Asked) => {
    asked.push(question)
    return answer(question)
  })
  await page.addInitScript(`window.ethereum = {
    async request(question) {
      const { value, refusal } = await askWalletOfTest(question)
      if (refusal !== undefined) throw refusal
      return value
    },
  }`)
  return asked
}

/** Signs as wallets do (EIP-191), whoever `names` says that it is. */
function signsWith(key: Pick<Wallet, 'signMessage'>, names: string): Answer {
  return async ({ method, params = [] }) => {
    if (method === 'eth_requestAccounts') return { value: [names] }
    if (method === 'personal_sign')
      return { value: await key.signMessage(getBytes(`${params[0]}`)) }
    return { refusal: { code: 4200, message: `no ${method} here` } }
  }
}

/** The way in is chosen, and where there is a button for it, pressed. */
async function enterWithWallet(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.getByRole('tab', { name: 'Wallet' }).click()
  await page.getByRole('button', { name: 'Sign in with the wallet' }).click()
}

async function alertOf(page: Page): Promise<string> {
  return (await page.getByRole('alert').innerText()).replaceAll(/\s+/g, ' ')
}

async function isLetIn(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  await page.locator('header.top').getByText(name, { exact: true }).waitFor()
}

/** Out, and not in again by loading the page anew or by going back. */
async function signsOut(page: Page): Promise<void> {
  const entrance = page.getByRole('region', { name: 'sign in' })
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await entrance.waitFor()
  expect(await page.evaluate("sessionStorage.getItem('vcp.session')")).toBe(null)
  await page.reload()
  await entrance.waitFor()
  await page.goBack()
  await entrance.waitFor()
  expect(await page.getByRole('heading', { name: 'Overview' }).count()).toBe(0)
}

// skipped: where this machine has no Chromium, chromium.ts says so on stderr
describe.skipIf(chromium === null)('the way in', () => {
  let network: NetworkShown
  beforeEach(async () => {
    network = await networkOfTest()
  })

  test('with a password is closed to a wrong one, in words, and not to the right one', async () => {
    const { page, complaints } = await openPage()
    await page.goto(network.url)
    const password = page.getByRole('textbox', { name: 'Password' })
    const enter = page.getByRole('button', { name: 'Sign in', exact: true })
    await page.getByLabel('Name').fill(network.username)
    await password.fill('not the password')
    await enter.click()
    expect(await alertOf(page)).toMatch(
      /no such account, or the password is another.*UNAUTHENTICATED/,
    )
    await password.fill(network.password)
    await enter.click()
    await isLetIn(page, network.username)
    const told = page.waitForResponse((answer) => answer.url().endsWith('/auth/logout'))
    await signsOut(page)
    expect((await told).status()).toBe(204)
    expect(complaints).toEqual([])
  })

  test('opens an account for who has none, and says what its name must be', async () => {
    const { page } = await openPage()
    await page.goto(network.url)
    const name = page.getByLabel('Name')
    const open = page.getByRole('button', { name: 'Open the account' })
    await page.getByLabel('open a new account').check()
    await name.fill('no spaces allowed')
    await page.getByRole('textbox', { name: 'Password' }).fill('a good password')
    await open.click()
    expect(await page.evaluate("document.querySelector(':invalid[pattern]').name")).toBe('username')
    await page.getByText('3 to 32 letters, digits and _').waitFor()
    await name.fill(network.username)
    await open.click()
    expect(await alertOf(page)).toMatch(/CONFLICT/)
    const ownName = `ana_${Date.now()}`
    await name.fill(ownName)
    await open.click()
    await isLetIn(page, ownName)
    expect(await page.getByRole('link', { name: 'Admin' }).count()).toBe(0)
  })

  test('with an API key is closed to what is none and to one that nobody made', async () => {
    const { page, complaints } = await openPage()
    await page.goto(network.url)
    await page.getByRole('tab', { name: 'API key' }).click()
    const key = page.getByRole('textbox', { name: 'API key' })
    const enter = page.getByRole('button', { name: 'Sign in with the key' })
    await key.fill('a clé')
    await enter.click()
    expect(await alertOf(page)).toContain('an API key begins with vcp_ and has 36 characters')
    await key.fill(`vcp_${'A'.repeat(32)}`)
    await enter.click()
    await page.getByRole('alert').getByText('is not one that works here').waitFor()
    expect(await alertOf(page)).toMatch(/UNAUTHENTICATED/)
    await key.fill(` ${network.api_key}\n`)
    await enter.click()
    await isLetIn(page, 'key vcp dev')
    await page.goto(`${network.url}/#/settings`)
    await page.getByText('An API key cannot make or revoke keys').waitFor()
    await signsOut(page)
    expect(complaints).toEqual([])
  })

  test('with a wallet asks it to sign one message of this place, and needs no more', async () => {
    const { page, complaints } = await openPage()
    const wallet = Wallet.createRandom()
    const asked = await withWallet(page, signsWith(wallet, wallet.address))
    await enterWithWallet(page, network.url)
    const { address } = wallet
    await isLetIn(page, `${address.slice(0, 6)}…${address.slice(-4)}`.toLowerCase())
    expect(asked.map(({ method }) => method)).toEqual(['eth_requestAccounts', 'personal_sign'])
    const message = Buffer.from(getBytes(`${asked[1]?.params?.[0]}`)).toString()
    expect(message).toContain('This costs nothing and moves nothing.')
    expect(message).toContain(address)
    await signsOut(page)
    expect(complaints).toEqual([])
  })

  test.each([
    [
      'the signature is of another key',
      (own: Wallet) => signsWith(Wallet.createRandom(), own.address),
      /^not signed by 0x[0-9a-f]{40}.*SIGNATURE_INVALID/,
    ],
    [
      'its owner declines',
      (own: Wallet): Answer =>
        async (asked) =>
          asked.method === 'personal_sign'
            ? { refusal: { code: 4001, message: 'User rejected the request.' } }
            : signsWith(own, own.address)(asked),
      /^it was declined in the wallet; nothing was signed/,
    ],
    [
      'it shows no account',
      (): Answer => async () => ({ value: [] }),
      /^the wallet shows this page no account/,
    ],
  ] as const)('with a wallet is closed where %s', async (_, answerOf, said) => {
    const { page } = await openPage()
    await withWallet(page, answerOf(new Wallet(Wallet.createRandom().privateKey)))
    await enterWithWallet(page, network.url)
    expect((await alertOf(page)).trim()).toMatch(said)
    await page.getByRole('button', { name: 'Sign in with the wallet' }).waitFor()
  })

  test('gives the wallet no message that would sign it in elsewhere', async () => {
    const { page } = await openPage()
    const wallet = Wallet.createRandom()
    const asked = await withWallet(page, signsWith(wallet, wallet.address))
    await page.route('**/api/v1/auth/wallet/challenge', async (route) => {
      const response = await route.fetch()
      const challenge = (await response.json()) as { message: string }
      const message = challenge.message.replaceAll(
        /(127\.0\.0\.1|localhost)(:\d+)?/g,
        'bank.example',
      )
      return route.fulfill({ response, json: { ...challenge, message } })
    })
    await enterWithWallet(page, network.url)
    expect(await alertOf(page)).toContain('the signature would be good at bank.example')
    expect(asked.map(({ method }) => method)).toEqual(['eth_requestAccounts'])
  })

  test('with a wallet is explained where the browser has none', async () => {
    const { page } = await openPage()
    await page.goto(network.url)
    await page.getByRole('tab', { name: 'Wallet' }).click()
    await page.getByText('This browser has no wallet.').waitFor()
  })

  test('says that nobody answers, when nobody does', async () => {
    const { page } = await openPage()
    await page.goto(network.url)
    await page.route('**/api/**', (route) => route.abort('connectionrefused'))
    await page.getByLabel('Name').fill(network.username)
    await page.getByRole('textbox', { name: 'Password' }).fill(network.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    expect(await alertOf(page)).toMatch(/the coordinator does not answer.*COORDINATOR_UNREACHABLE/)
    await page.unroute('**/api/**')
    await signIn(page, network)
  })
})
