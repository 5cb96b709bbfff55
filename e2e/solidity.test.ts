// The verifier for a chain: compiled, deployed and called on anvil, with proofs that hold and with
// forged ones, for every circuit that has a committed proof.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { catalogue, claimFrom, solidityArguments, soliditySource } from '@vcp/proofs'
import { Contract, ContractFactory, JsonRpcProvider, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from './network/network.ts'

interface Compiler {
  compile(input: string): string
}

const root = fileURLToPath(new URL('..', import.meta.url))
const anvilFile = join(root, 'node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil')
const isHere = existsSync(anvilFile)
const require = createRequire(import.meta.url)

/** Of the first account that anvil makes: known to everybody, and used on no other chain. */
const anvilKey = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'

let anvil: ChildProcess
let provider: JsonRpcProvider

beforeAll(async () => {
  if (!isHere) return
  const port = await freePort()
  anvil = spawn(anvilFile, ['--port', String(port), '--silent'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  provider = new JsonRpcProvider(`http://127.0.0.1:${port}`, 31_337, {
    staticNetwork: true,
    cacheTimeout: -1,
  })
  for (;;) {
    const answers = await provider.send('eth_chainId', []).catch(() => null)
    if (answers !== null) return
    if (anvil.exitCode !== null) throw new Error('anvil ended')
  }
}, 30_000)

afterAll(() => {
  provider?.destroy()
  anvil?.kill()
})

function compiled(source: string, name: string) {
  const compiler = require('solc') as Compiler
  const settings = {
    optimizer: { enabled: true, runs: 1_000 },
    outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
  }
  const input = { language: 'Solidity', sources: { 'a.sol': { content: source } }, settings }
  const { errors = [], contracts } = JSON.parse(compiler.compile(JSON.stringify(input)))
  expect(errors).toEqual([])
  const { abi, evm } = contracts['a.sol'][name]
  return { abi, bytecode: `0x${evm.bytecode.object}` }
}

function wallet() {
  return new Wallet(anvilKey, provider)
}

function fixture({ folder, name }: (typeof catalogue)[number]) {
  const read = (what: string) =>
    JSON.parse(readFileSync(join(root, 'circuits', folder, `${name}.${what}.json`), 'utf8'))
  const { proof, signals } = read('proof')
  const claim = claimFrom(proof, signals)
  if (!claim.ok) throw new Error(claim.reason)
  return { key: read('key'), claim: claim.value }
}

async function deployed(key: unknown) {
  const source = soliditySource(key, 'Verifier')
  if (!source.ok) throw new Error(source.reason)
  const { abi, bytecode } = compiled(source.value, 'Verifier')
  const factory = new ContractFactory(abi, bytecode, wallet())
  const contract = await factory.deploy()
  await contract.waitForDeployment()
  return new Contract(await contract.getAddress(), abi, provider)
}

const skipped = isHere ? '' : ' (SKIPPED: no anvil here)'

// skipped: anvil is for x64 Linux alone, and the title says so
describe.skipIf(!isHere)(`a verifier on a chain${skipped}`, () => {
  test.each(catalogue.map((circuit) => ({ circuit, name: circuit.name })))(
    'of $name takes the proof, and no forged one',
    async ({ circuit }) => {
      const { key, claim } = fixture(circuit)
      const contract = await deployed(key)
      const verify = contract.getFunction('verify')
      const [a, b, c, signals] = solidityArguments(claim)
      expect(await verify.staticCall(a, b, c, signals)).toBe(true)
      const call = await verify.populateTransaction(a, b, c, signals)
      const sent = await wallet().sendTransaction({ ...call, gasLimit: 1_000_000n })
      const gas = (await sent.wait())?.gasUsed ?? 0n
      // 21,000 for a transaction and 181,000 for four pairings, whatever the circuit.
      expect(gas).toBeGreaterThan(202_000n)
      expect(gas).toBeLessThan(217_000n + 8_000n * BigInt(signals.length))
      const r = 21888242871839275222246405745257275088548364400416034343698204186575808495617n
      for (const [i, signal] of signals.entries()) {
        const other = (value: bigint) => signals.map((each, at) => (at === i ? value : each))
        expect(await verify.staticCall(a, b, c, other((signal + 1n) % r))).toBe(false)
        // The same element in another spelling.
        expect(await verify.staticCall(a, b, c, other(signal + r))).toBe(false)
      }
      const [[bx, by], none] = [b, [0n, 0n]]
      const forged = [
        [c, b, a],
        [none, b, c],
        [a, b, none],
        [[a[0], a[1] + 1n], b, c],
        [a, [[bx[1], bx[0]], by], c],
        [[a[0], 2n ** 256n - 1n], b, c],
      ]
      for (const points of forged) expect(await verify.staticCall(...points, signals)).toBe(false)
    },
    60_000,
  )
})

test('a contract is made of no key that anybody can forge for', () => {
  const { key } = fixture(catalogue[0]!)
  const forgeable = { ...key, vk_delta_2: key.vk_gamma_2 }
  expect(soliditySource(forgeable, 'Verifier')).toMatchObject({ ok: false })
  expect(soliditySource(key, 'a b')).toMatchObject({ ok: false, code: 'INVALID' })
})
