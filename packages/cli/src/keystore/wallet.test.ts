import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Wallet as EthersWallet, encryptKeystoreJson, verifyTypedData } from 'ethers'
import { describe, expect, test } from 'vitest'
import { expectWithout } from '../testing/failure.ts'
import { temporaryFolder } from '../testing/host.ts'
import { contentOf, lowCost, makeWallet, password } from '../testing/keystore.ts'
import { standardCost } from './scrypt-bounds.ts'
import { checksummed, createWallet, findWallet, openWallet } from './wallet.ts'

const typedData = {
  domain: { name: 'test', version: '1' },
  types: { Greeting: [{ name: 'text', type: 'string' }] },
  message: { text: 'hello' },
}

describe('the owner wallet', () => {
  test('is a file of mode 0600 that names its address and hides its key', async () => {
    const folder = join(temporaryFolder(), 'data')
    const secret = new Uint8Array(32).fill(7)
    const wallet = await createWallet(folder, password, (count) => secret.slice(0, count), lowCost)
    const expected = new EthersWallet(`0x${'07'.repeat(32)}`).address

    expect(await checksummed(wallet.address)).toBe(expected)
    expect(readdirSync(folder)).toEqual(['wallet.json'])
    expect(statSync(wallet.file).mode & 0o777).toBe(0o600)
    const text = readFileSync(wallet.file, 'utf8')
    expectWithout(password, text, JSON.stringify(wallet))
    expect(JSON.parse(text)).toMatchObject({ version: 3 })
  })

  test('costs an attacker what geth and ethers ask for, unless told otherwise', () => {
    expect(standardCost).toEqual({ n: 131_072, r: 8, p: 1 })
  })

  test('signs for its password, and any other program can open its file', async () => {
    const wallet = await makeWallet(temporaryFolder())
    const signature = await wallet.sign(typedData, password)
    const { domain, types, message } = typedData
    expect(verifyTypedData(domain, types, message, signature).toLowerCase()).toBe(wallet.address)
    const elsewhere = await EthersWallet.fromEncryptedJson(
      readFileSync(wallet.file, 'utf8'),
      password,
    )
    expect(elsewhere.address.toLowerCase()).toBe(wallet.address)
  })

  test('does not sign for another password, and the error holds neither', async () => {
    const wallet = await makeWallet(temporaryFolder())
    const refused = await wallet.sign(typedData, 'a wrong guess').catch((error) => error)
    expect(refused).toMatchObject({ code: 'PASSWORD_WRONG', exitCode: 4 })
    expectWithout('a wrong guess', refused.stack, JSON.stringify(refused), String(refused.cause))
  })

  test('is never made over another', async () => {
    const folder = temporaryFolder()
    await makeWallet(folder)
    const before = contentOf(folder)
    await expect(makeWallet(folder)).rejects.toMatchObject({ code: 'WALLET_EXISTS' })
    expect(contentOf(folder)).toEqual(before)
  })

  test('that another program makes in the meantime is kept', async () => {
    const folder = temporaryFolder()
    const [first, second] = await Promise.allSettled([makeWallet(folder), makeWallet(folder)])
    expect([first.status, second.status].sort()).toEqual(['fulfilled', 'rejected'])
    expect(readdirSync(folder)).toEqual(['wallet.json'])
  })

  test('is missing until it is made', () => {
    expect(findWallet(join(temporaryFolder(), 'none'))).toBeNull()
    expect(() => openWallet(temporaryFolder())).toThrow(
      expect.objectContaining({ code: 'WALLET_MISSING' }),
    )
  })

  test('may come from geth, with its spelling and its costs', async () => {
    const folder = temporaryFolder()
    const key = new EthersWallet(`0x${'07'.repeat(32)}`)
    const options = { scrypt: { N: 4_096, r: 8, p: 6 } }
    const text = await encryptKeystoreJson(key, 'geth', options)
    const { Crypto, ...rest } = JSON.parse(text)
    const file = join(folder, 'wallet.json')
    writeFileSync(file, JSON.stringify({ ...rest, crypto: Crypto, name: 'mine' }), { mode: 0o600 })
    const signature = await openWallet(folder).sign(typedData, 'geth')
    expect(signature).toBe(
      await key.signTypedData(typedData.domain, typedData.types, typedData.message),
    )
  })
})

describe('a damaged wallet', () => {
  interface Form {
    [name: string]: unknown
    readonly Crypto: Record<string, unknown> & { readonly kdfparams: Record<string, unknown> }
  }
  const changed = (change: (wallet: Form) => void) => (text: string) => {
    const wallet = JSON.parse(text) as Form
    change(wallet)
    return JSON.stringify(wallet)
  }

  test.each<[string, (text: string) => string]>([
    ['empty', () => ''],
    ['cut short', (text) => text.slice(0, -20)],
    ['a list', () => '[]'],
    ['null', () => 'null'],
    ['huge', (text) => text + ' '.repeat(70_000)],
    ['of another version', changed((w) => (w['version'] = 2))],
    ['without address', changed((w) => delete w['address'])],
    ['with a bad address', changed((w) => (w['address'] = 'me'))],
    ['with another cipher', changed((w) => (w.Crypto['cipher'] = 'aes-128-ecb'))],
    ['with another kdf', changed((w) => (w.Crypto['kdf'] = 'md5'))],
    ['without mac', changed((w) => delete w.Crypto['mac'])],
    ['short in the key', changed((w) => (w.Crypto['ciphertext'] = 'ab'))],
    ['greedy for memory', changed((w) => (w.Crypto.kdfparams['n'] = 2 ** 19))],
    ['greedy for time', changed((w) => (w.Crypto.kdfparams['p'] = 2 ** 24))],
    ['without costs', changed((w) => (w.Crypto.kdfparams['n'] = 0))],
    [
      'endless in iterations',
      changed((w) => {
        w.Crypto['kdf'] = 'pbkdf2'
        Object.assign(w.Crypto.kdfparams, { c: 2 ** 31, prf: 'hmac-sha256' })
      }),
    ],
  ])('%s: is reported and left alone', async (_, damage) => {
    const folder = temporaryFolder()
    const { file } = await makeWallet(folder)
    writeFileSync(file, damage(readFileSync(file, 'utf8')))
    const before = contentOf(folder)
    const corrupt = expect.objectContaining({
      code: 'WALLET_CORRUPT',
      message: expect.stringContaining(file),
    })
    expect(() => openWallet(folder)).toThrow(corrupt)
    await expect(createWallet(folder, password, randomBytes, lowCost)).rejects.toEqual(corrupt)
    expect(contentOf(folder)).toEqual(before)
  })

  test('with somebody else for an address does not sign', async () => {
    const folder = temporaryFolder()
    const { file } = await makeWallet(folder)
    writeFileSync(
      file,
      changed((w) => (w['address'] = '00'.repeat(20)))(readFileSync(file, 'utf8')),
    )
    await expect(openWallet(folder).sign(typedData, password)).rejects.toMatchObject({
      code: 'WALLET_CORRUPT',
    })
  })

  test('with a second set of costs under another spelling is read by the first', async () => {
    const folder = temporaryFolder()
    const { file } = await makeWallet(folder)
    const { Crypto, ...rest } = JSON.parse(readFileSync(file, 'utf8')) as Form
    const greedy = { ...Crypto, kdfparams: { ...Crypto.kdfparams, n: 2 ** 30 } }
    writeFileSync(file, JSON.stringify({ CRYPTO: greedy, Crypto: greedy, crypto: Crypto, ...rest }))
    await expect(openWallet(folder).sign(typedData, password)).resolves.toMatch(/^0x/)
  })
})
