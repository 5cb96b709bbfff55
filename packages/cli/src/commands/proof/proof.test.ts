import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../../testing/host.ts'

const circuit = fileURLToPath(new URL('../../../../../circuits/update-norm/', import.meta.url))
const key = join(circuit, 'update-norm.key.json')
const proof = join(circuit, 'update-norm.proof.json')
const sample = join(circuit, 'update-norm.sample.json')
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vcp-proof-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('vcp proof verify', () => {
  test('takes a proof that holds', async () => {
    const { exitCode, out } = await run(['proof', 'verify', proof, '--key', key, '--json'])
    expect(exitCode).toBe(0)
    const { context, bound } = JSON.parse(await readFile(sample, 'utf8'))
    const signals = [expect.any(String), context, bound]
    expect(JSON.parse(out)).toMatchObject({ ok: true, signals })
  })

  test('refuses a bound that is one lower, and says so', async () => {
    const file = JSON.parse(await readFile(proof, 'utf8'))
    file.signals[2] = String(BigInt(file.signals[2]) - 1n)
    await writeFile(join(folder, 'forged.json'), JSON.stringify(file))
    const forged = join(folder, 'forged.json')
    const { exitCode, out } = await run(['proof', 'verify', forged, '--key', key])
    expect(exitCode).toBe(8)
    expect(out).toContain('the equation does not hold')
  })

  test('refuses a key that nobody contributed to', async () => {
    const json = JSON.parse(await readFile(key, 'utf8'))
    const forgeable = join(folder, 'key.json')
    await writeFile(forgeable, JSON.stringify({ ...json, vk_delta_2: json.vk_gamma_2 }))
    const { exitCode, err } = await run(['proof', 'verify', proof, '--key', forgeable])
    expect(exitCode).toBe(8)
    expect(err).toContain('anybody can forge')
  })

  test('says what is missing', async () => {
    expect((await run(['proof', 'verify', proof])).exitCode).toBe(2)
    expect((await run(['proof', 'verify', key, '--key', key])).exitCode).toBe(2)
    expect((await run(['proof', 'verify', 'nowhere', '--key', key])).exitCode).toBe(2)
  })
})

test('vcp proof solidity writes a contract, and none for a forgeable key', async () => {
  const out = join(folder, 'Norm.sol')
  const words = ['proof', 'solidity', key, '--name', 'Norm', '--out', out]
  expect((await run(words)).exitCode).toBe(0)
  expect(await readFile(out, 'utf8')).toContain('contract Norm {')
  const json = JSON.parse(await readFile(key, 'utf8'))
  const forgeable = join(folder, 'forgeable.json')
  await writeFile(forgeable, JSON.stringify({ ...json, vk_delta_2: json.vk_gamma_2 }))
  const refused = await run(['proof', 'solidity', forgeable, '--name', 'Norm', '--out', out])
  expect(refused.exitCode).toBe(8)
})

test('vcp proof circuits lists what can be proved', async () => {
  const { out } = await run(['proof', 'circuits'])
  expect(out).toContain('UpdateNorm(1024, 16)')
})

test('vcp proof prove says so when a file of the circuit is missing', async () => {
  const at = (name: string) => join(folder, name)
  const files = ['--wasm', at('no.wasm'), '--zkey', at('no.zkey'), '--out', at('proof')]
  const { exitCode, err } = await run(['proof', 'prove', sample, ...files, '--key', key])
  expect(exitCode).toBe(7)
  expect(err).toContain('no.wasm')
})

test('vcp setup refuses files that are no proving keys', async () => {
  const others = ['--r1cs', key, '--ptau', key]
  expect((await run(['setup', 'verify', key, ...others])).exitCode).toBe(2)
  expect((await run(['setup', 'verify', 'nowhere', ...others])).exitCode).toBe(2)
  const to = join(folder, 'to.zkey')
  expect((await run(['setup', 'contribute', key, to, '--name', 'ana'])).exitCode).toBe(2)
})
