import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifyNodeBinding } from '@vcp/protocol'
import { Wallet } from 'ethers'
import { describe, expect, test } from 'vitest'
import { expectWithout, fail } from '../../testing/failure.ts'
import { run, temporaryFolder } from '../../testing/host.ts'
import { makeKey, makeWallet, password } from '../../testing/keystore.ts'

const env = { VCP_WALLET_PASSWORD: password }
const atMs = 1_750_000_000_000
const nowMs = () => atMs
const dayMs = 86_400_000
const elsewhere = new Wallet(`0x${'07'.repeat(32)}`)

describe('vcp wallet bind, with the wallet on this machine', () => {
  test('makes, checks and keeps a binding', async () => {
    const dataDir = temporaryFolder()
    const { peerId } = makeKey(dataDir).signer
    const { address } = await makeWallet(dataDir)
    const ran = await run(['wallet', 'bind', '--json', '--data-dir', dataDir], { env, nowMs })

    expect(ran).toMatchObject({ exitCode: 0, err: '' })
    const { binding, file, ...rest } = JSON.parse(ran.out)
    expect(rest.address.toLowerCase()).toBe(address)
    expect(binding).toEqual({
      owner: address,
      peer_id: peerId,
      network: 'local',
      issued_at_ms: atMs,
      expires_at_ms: atMs + 365 * dayMs,
      signature: expect.stringMatching(/^0x[0-9a-f]{130}$/),
    })
    expect(verifyNodeBinding(binding, { nowMs: atMs, network: 'local' })).toMatchObject({
      ok: true,
    })
    expect(file).toBe(join(dataDir, 'binding.json'))
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(binding)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expectWithout(password, ran.out, readFileSync(file, 'utf8'))
  })

  test('takes network and days, and replaces the binding before', async () => {
    const dataDir = temporaryFolder()
    makeKey(dataDir)
    await makeWallet(dataDir)
    const argv = ['wallet', 'bind', '--data-dir', dataDir]
    await run(argv, { env, nowMs })
    const ran = await run([...argv, '--network', 'public', '--days', '30'], { env, nowMs })
    expect(ran.out).toContain('public')
    const binding = JSON.parse(readFileSync(join(dataDir, 'binding.json'), 'utf8'))
    expect(binding).toMatchObject({ network: 'public', expires_at_ms: atMs + 30 * dayMs })
  })

  test.each<[string, readonly string[], Readonly<Record<string, string>>, string, number]>([
    ['without a key', ['no-key'], env, 'KEY_MISSING', 3],
    ['without a wallet', ['no-wallet'], env, 'WALLET_MISSING', 3],
    ['without a password', [], {}, 'PASSWORD_MISSING', 4],
    ['with a wrong password', [], { VCP_WALLET_PASSWORD: 'a wrong guess' }, 'PASSWORD_WRONG', 4],
    ['with an impossible network', ['--network', 'No Such'], env, 'USAGE', 2],
    ['for no time', ['--days', '0'], env, 'USAGE', 2],
    ['for ever', ['--days', '4000'], env, 'USAGE', 2],
    ['for another owner', ['--owner', elsewhere.address], env, 'USAGE', 2],
    ['with half an import', ['--signature', `0x${'00'.repeat(65)}`], env, 'USAGE', 2],
    ['with a file and no signature', ['--request-file', 'x'], env, 'USAGE', 2],
    [
      'with days for a request that has its own',
      ['--request-file', 'x', '--signature', `0x${'00'.repeat(65)}`, '--days', '3'],
      env,
      'USAGE',
      2,
    ],
    ['with no signature in the signature', ['--signature', 'yes'], env, 'USAGE', 2],
  ])('%s keeps nothing', async (_, argv, given, error, exit_code) => {
    const dataDir = temporaryFolder()
    if (!argv.includes('no-key')) makeKey(dataDir)
    if (!argv.includes('no-wallet')) await makeWallet(dataDir)
    const options = argv.filter((word) => !word.startsWith('no-'))
    const failure = await fail(['wallet', 'bind', ...options, '--data-dir', dataDir], {
      env: given,
    })
    expect(failure).toMatchObject({ error, exit_code })
    expect(existsSync(join(dataDir, 'binding.json'))).toBe(false)
    expectWithout('a wrong guess', JSON.stringify(failure))
  })
})

describe('vcp wallet bind, with a wallet elsewhere', () => {
  async function requested(...options: readonly string[]) {
    const folder = temporaryFolder()
    const dataDir = join(folder, 'data')
    makeKey(dataDir)
    const argv = ['wallet', 'bind', '--request', '--owner', elsewhere.address, ...options]
    const ran = await run([...argv, '--data-dir', dataDir], { nowMs })
    expect(ran.exitCode).toBe(0)
    const requestFile = join(folder, 'request.json')
    writeFileSync(requestFile, ran.out)
    const take = (signature: string) => [
      ...['wallet', 'bind', '--request-file', requestFile, '--signature', signature],
      ...['--data-dir', dataDir],
    ]
    return { ...ran, dataDir, requestFile, take, request: JSON.parse(ran.out) }
  }

  /** Signs as `eth_signTypedData_v4` does, from the request alone; the domain's type is implied. */
  function sign(request: Awaited<ReturnType<typeof requested>>['request'], signer = elsewhere) {
    const { EIP712Domain: _, ...types } = request.types
    return signer.signTypedData(request.domain, types, request.message)
  }

  test('prints typed data that it signs, then takes the signature in', async () => {
    const { request, err, take, dataDir } = await requested('--days', '10')
    expect(request).toMatchObject({ primaryType: 'NodeBinding' })
    expect(err).toContain(elsewhere.address)
    expect(err).toContain('--request-file')

    const ran = await run([...take(await sign(request)), '--json'], { nowMs: () => atMs + 60_000 })
    expect(ran).toMatchObject({ exitCode: 0, err: '' })
    const { address, binding, file } = JSON.parse(ran.out)
    expect(address).toBe(elsewhere.address)
    expect(binding).toMatchObject({ issued_at_ms: atMs, expires_at_ms: atMs + 10 * dayMs })
    expect(verifyNodeBinding(binding, { nowMs: atMs, network: 'local' }).ok).toBe(true)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(binding)
    const shown = await run(['key', 'show', '--json', '--data-dir', dataDir], { nowMs })
    expect(JSON.parse(shown.out).binding).toMatchObject({ owner: address, problem: null })
  })

  test('prints the same with --json, and keeps nothing', async () => {
    const { request, dataDir } = await requested('--json')
    expect(Object.keys(request)).toEqual(['domain', 'types', 'primaryType', 'message'])
    expect(existsSync(join(dataDir, 'binding.json'))).toBe(false)
  })

  test('takes a signature as devices spell it: upper case, or v as 0 and 1', async () => {
    const { request, take } = await requested()
    const signature = await sign(request)
    const v = { '1b': '00', '1c': '01' }[signature.slice(-2)]
    for (const spelling of [
      `0x${signature.slice(2).toUpperCase()}`,
      `${signature.slice(0, -2)}${v}`,
    ]) {
      expect(await run(take(spelling), { nowMs })).toMatchObject({ exitCode: 0 })
    }
  })

  test('asks for the wallet on this machine when no owner is named', async () => {
    const dataDir = temporaryFolder()
    makeKey(dataDir)
    const argv = ['wallet', 'bind', '--request', '--data-dir', dataDir]
    expect(await fail(argv)).toMatchObject({ error: 'USAGE', exit_code: 2 })
    const { address } = await makeWallet(dataDir)
    const { message } = JSON.parse((await run(argv)).out)
    expect(message.owner.toLowerCase()).toBe(address)
  })

  test('refuses what does not verify, and keeps what was there', async () => {
    const { request, take, requestFile, dataDir } = await requested()
    const signature = await sign(request)
    const other = new Wallet(`0x${'08'.repeat(32)}`)
    const refused = async (argv: readonly string[], message: RegExp, at = nowMs) => {
      const failure = await fail(argv, { nowMs: at })
      expect(failure).toMatchObject({ error: 'BINDING_INVALID', exit_code: 8 })
      expect(failure.message).toMatch(message)
      expect(existsSync(join(dataDir, 'binding.json'))).toBe(false)
    }
    const write = (content: unknown) => writeFileSync(requestFile, JSON.stringify(content))

    await refused(take(await sign(request, other)), /signed by/)
    await refused(take(`0x${'00'.repeat(65)}`), /does not verify/)
    await refused(take(signature), /expired/, () => atMs + 366 * dayMs)
    await refused(take(signature), /in the future/, () => atMs - dayMs)
    write({ ...request, message: { ...request.message, network: 'public' } })
    await refused(take(signature), /signed by/)
    write({ ...request, message: { ...request.message, nodeKey: `0x${'09'.repeat(32)}` } })
    await refused(take(signature), /for the node/)
    write({ ...request, primaryType: 'Permit' })
    await refused(take(signature), /primaryType/)
    write({ ...request, message: { ...request.message, owner: 'me' } })
    await refused(take(signature), /message\.owner/)
    writeFileSync(requestFile, 'not JSON')
    await refused(take(signature), /not JSON/)
  })

  test('refuses a signature under another domain', async () => {
    const { request, take } = await requested()
    const { EIP712Domain: _, ...types } = request.types
    const domain = { ...request.domain, name: 'another' }
    const signature = await elsewhere.signTypedData(domain, types, request.message)
    expect(await fail(take(signature), { nowMs })).toMatchObject({ error: 'BINDING_INVALID' })
  })
})
