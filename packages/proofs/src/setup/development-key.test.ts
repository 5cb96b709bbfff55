import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { circom, runTool } from '../prover/run-tool.ts'
import { domainPower, type R1cs, readR1cs } from '../r1cs/r1cs-file.ts'
import { developmentKey } from './development-key.ts'
import { startSetup } from './phase2.ts'
import { drawSecrets, powersOfTau } from './powers-of-tau.ts'

/** Some of its wires are in left sums alone, one is in none. */
const source = `pragma circom 2.2.3;
template Sums() {
  signal input context;
  signal input in[3];
  signal input unused;
  signal output out[2];
  signal product <== in[0] * (in[1] - 7 * in[2] + 5);
  out[0] <== (product + in[2]) * in[1];
  out[1] <== product * product + out[0];
}
component main { public [context, in] } = Sums();
`
let folder = ''
let r1cs = ''
let system: R1cs
const at = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vcp-development-key-'))
  await writeFile(at('sums.circom'), source)
  const args = ['sums.circom', '--r1cs', '--O1', '-o', '.']
  expect(await runTool(circom(folder, args))).toMatchObject({ ok: true })
  r1cs = at('sums.r1cs')
  const read = readR1cs(await readFile(r1cs))
  if (!read.ok) throw new Error(read.reason)
  system = read.value
}, 60_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

test('a key from secrets is byte for byte the one that snarkjs makes of their powers', async () => {
  const secrets = drawSecrets(randomBytes)
  await writeFile(at('tau'), Buffer.concat([...powersOfTau(domainPower(system), secrets)]))
  const files = { r1cs, ptau: at('tau'), provingKey: at('snarkjs.zkey') }
  expect(await startSetup(files)).toMatchObject({ ok: true })
  const ours = Buffer.concat([...developmentKey(system, secrets)])
  expect(ours.equals(await readFile(files.provingKey))).toBe(true)
  const others = Buffer.concat([...developmentKey(system, { ...secrets, beta: secrets.beta + 1n })])
  expect(ours.equals(others)).toBe(false)
}, 60_000)
