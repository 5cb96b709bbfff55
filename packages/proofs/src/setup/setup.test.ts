import { randomBytes } from 'node:crypto'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verificationKeyFrom } from '../groth16/verification-key.ts'
import { prove, rapidsnarkProver, snarkjsProver } from '../prover/prover.ts'
import { circom, runTool, snarkjs } from '../prover/run-tool.ts'
import { keyOfZkey } from './key-of-zkey.ts'
import {
  addBeacon,
  contribute,
  exportKey,
  forgeable,
  type SetupFiles,
  startSetup,
  verifySetup,
} from './phase2.ts'
import { drawSecrets, powersOfTau } from './powers-of-tau.ts'
import { readZkeyHeader } from './zkey.ts'

const source = `pragma circom 2.2.3;
template Cube() {
  signal input context;
  signal input root;
  signal output cube;
  signal square <== root * root;
  cube <== square * root;
}
component main { public [context] } = Cube();
`
let folder = ''
let files: SetupFiles
const at = (name: string) => join(folder, name)
const secrets = drawSecrets(randomBytes)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vcp-setup-'))
  await writeFile(at('cube.circom'), source)
  const args = ['cube.circom', '--r1cs', '--wasm', '--O1', '-o', '.']
  expect(await runTool(circom(folder, args))).toMatchObject({ ok: true })
  await writeFile(at('tau'), Buffer.concat([...powersOfTau(3, secrets)]))
  files = { r1cs: at('cube.r1cs'), ptau: at('tau'), provingKey: at('first.zkey') }
  expect(await startSetup(files)).toMatchObject({ ok: true })
  const one = { name: 'ana', entropy: 'of a test' }
  expect(await contribute(at('first.zkey'), at('ana.zkey'), one)).toMatchObject({ ok: true })
  expect(await exportKey(at('ana.zkey'), at('key.json'))).toMatchObject({ ok: true })
}, 60_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('powers of tau', () => {
  test('are equal for equal secrets and make no file for absurd sizes', () => {
    const [first, second] = [0, 1].map(() => Buffer.concat([...powersOfTau(2, secrets)]))
    expect(first).toEqual(second)
    expect(() => [...powersOfTau(0, secrets)]).toThrow(RangeError)
    expect(() => [...powersOfTau(19, secrets)]).toThrow(RangeError)
  })
})

describe('a setup', () => {
  test('with a contribution verifies and says who contributed', async () => {
    const verified = await verifySetup({ ...files, provingKey: at('ana.zkey') })
    expect(verified).toMatchObject({
      ok: true,
      value: { signals: 2, domainSize: 8, isDeltaGamma: false, contributions: [{ name: 'ana' }] },
    })
  })

  test('carries the verification key that snarkjs exports', async () => {
    const { vk_alphabeta_12: _, ...exported } = JSON.parse(await readFile(at('key.json'), 'utf8'))
    expect(await keyOfZkey(at('ana.zkey'))).toEqual({ ok: true, value: exported })
    expect(await keyOfZkey(at('tau'))).toMatchObject({ ok: false, code: 'INVALID' })
  })

  test('without a contribution is refused, although snarkjs calls it good', async () => {
    const args = ['zkey', 'verify', files.r1cs, files.ptau, files.provingKey]
    expect(await runTool(snarkjs(args))).toMatchObject({ ok: true })
    expect(await verifySetup(files)).toMatchObject({ ok: false, code: 'ZK_PROOF_INVALID' })
  })

  test('with a beacon alone is refused, although snarkjs calls it good', async () => {
    const beacon = { value: `${'00'.repeat(31)}01`, iterations: 10 }
    expect(await addBeacon(files.provingKey, at('beacon.zkey'), beacon)).toMatchObject({ ok: true })
    const args = ['zkey', 'verify', files.r1cs, files.ptau, at('beacon.zkey')]
    expect(await runTool(snarkjs(args))).toMatchObject({ ok: true })
    const provingKey = at('beacon.zkey')
    expect(await verifySetup({ ...files, provingKey })).toMatchObject({ ok: false })

    expect(await addBeacon(at('ana.zkey'), at('both.zkey'), beacon)).toMatchObject({ ok: true })
    const both = await readZkeyHeader(at('both.zkey'))
    expect(both.ok && both.value.contributions.map(({ kind }) => kind)).toEqual([
      'contribution',
      'beacon',
    ])
    expect(both.ok && forgeable(both.value)).toBeNull()
  })

  test('of other powers of tau is refused', async () => {
    await writeFile(at('other'), Buffer.concat([...powersOfTau(3, drawSecrets(randomBytes))]))
    const verified = await verifySetup({ ...files, ptau: at('other'), provingKey: at('ana.zkey') })
    expect(verified).toMatchObject({ ok: false, code: 'ZK_PROOF_INVALID' })
  })

  test('whose file is cut short or something else is refused', async () => {
    const whole = await readFile(at('ana.zkey'))
    await writeFile(at('short.zkey'), whole.subarray(0, whole.length - 40))
    await writeFile(at('head.zkey'), whole.subarray(0, 30))
    await copyFile(at('tau'), at('tau.zkey'))
    for (const name of ['short.zkey', 'head.zkey', 'tau.zkey']) {
      expect(await readZkeyHeader(at(name))).toMatchObject({ ok: false, code: 'INVALID' })
    }
  })
})

describe('the prover', () => {
  test('makes a proof that verifies, phase after phase', async () => {
    const phases: string[] = []
    const proved = await prove(snarkjsProver, await order('3'), {
      memoryBytesMax: 2 ** 30,
      onPhase: (phase) => phases.push(phase),
    })
    expect(proved).toMatchObject({ ok: true, value: { signals: [27n, 9n] } })
    expect(phases).toEqual(['witness', 'proof', 'check'])
  })

  test('stops when it is told to, and when it takes too much memory', async () => {
    const controller = new AbortController()
    const running = prove(snarkjsProver, await order('3'), {
      signal: controller.signal,
      onPhase: (phase) => phase === 'proof' && controller.abort(),
    })
    expect(await running).toMatchObject({ ok: false, code: 'INTERRUPTED' })
    const loop = { file: process.execPath, args: ['-e', 'for (;;);'] }
    const bounded = await runTool(loop, { memoryBytesMax: 1_000_000 })
    if (process.platform === 'linux') expect(bounded).toMatchObject({ code: 'PROVING_FAILED' })
  })

  test('refuses inputs that the circuit does not take, and says what the tool said', async () => {
    const { input: _, ...rest } = await order('3')
    const refused = await prove(snarkjsProver, { ...rest, input: { context: '1' } })
    expect(refused).toMatchObject({ ok: false, code: 'PROVING_FAILED' })
  })

  test('says so when the binary of an operator is not there', async () => {
    const refused = await prove(rapidsnarkProver(at('no-such-file')), await order('3'))
    expect(refused).toMatchObject({ ok: false, code: 'PROVING_FAILED' })
  })
})

async function order(root: string) {
  const key = verificationKeyFrom(JSON.parse(await readFile(at('key.json'), 'utf8')))
  if (!key.ok) throw new Error(key.reason)
  return {
    input: { context: '9', root },
    witnessGenerator: at('cube_js/cube.wasm'),
    provingKey: at('ana.zkey'),
    verificationKey: key.value,
  }
}
