import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { circom, runTool } from '../prover/run-tool.ts'
import { determine } from './determination.ts'
import { hole, trialOf } from './mutation.ts'
import { readR1cs, readSymbols } from './r1cs-file.ts'
import { broken, witnessFor } from './witness.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vcp-r1cs-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('finds a wire that is hinted at but never constrained', async () => {
  const { system, names } = await compiled('free', 'signal input x; signal output y; y <-- x * x;')
  expect(determine(system).free).toEqual([names.get('y')])
})

test('finds the root of a square free, of which there are two', async () => {
  const body = 'signal input x; signal output y; y <-- 2; y * y === x;'
  const { system, names } = await compiled('root', body)
  expect(determine(system).free).toEqual([names.get('y')])
})

test('finds bits free that are not all held to 0 and 1', async () => {
  const loose = `signal input x; signal output b[2];
    b[0] <-- x & 1; b[1] <-- (x >> 1) & 1;
    b[0] * (b[0] - 1) === 0; b[0] + 2 * b[1] === x;`
  const held = `${loose} b[1] * (b[1] - 1) === 0;`
  expect(determine((await compiled('loose', loose)).system).free).toHaveLength(2)
  const { system, names } = await compiled('held', held)
  const determination = determine(system)
  expect(determination.free).toEqual([])
  const inputs = new Map([[names.get('x')!, 3n]])
  const witness = witnessFor(system, determination, inputs)
  expect([broken(system, witness), witness[1], witness[2]]).toEqual([null, 1n, 1n])
  const tooLarge = new Map([[names.get('x')!, 4n]])
  expect(broken(system, witnessFor(system, determination, tooLarge))).not.toBeNull()
})

test('a circuit that takes a lie has a hole', async () => {
  const { system, names } = await compiled('sum', 'signal input x; signal output y; y <== x + 1;')
  const whole = { system, determination: determine(system) }
  const inputs = new Map([[names.get('x')!, 5n]])
  expect(hole({ ...whole, trials: [trialOf(whole, inputs, null)] })).toBe(0)
  expect(hole({ ...whole, trials: [trialOf(whole, inputs, [6n])] })).toBeNull()
})

test('a file that is cut short, or no circuit, is refused', async () => {
  await compiled('cut', 'signal input x; signal output y; y <== x * x;')
  const bytes = await readFile(join(folder, 'cut.r1cs'))
  for (let length = 0; length < bytes.length - 80; length += 7) {
    expect(readR1cs(bytes.subarray(0, length)).ok).toBe(false)
  }
  expect(readR1cs(new Uint8Array(200)).ok).toBe(false)
})

async function compiled(name: string, body: string) {
  const source = `pragma circom 2.2.3;\ntemplate Main() { ${body} }\ncomponent main = Main();\n`
  await writeFile(join(folder, `${name}.circom`), source)
  const args = [`${name}.circom`, '--r1cs', '--sym', '--O1', '-o', '.']
  const run = await runTool(circom(folder, args))
  if (!run.ok) throw new Error(run.reason)
  const system = readR1cs(await readFile(join(folder, `${name}.r1cs`)))
  if (!system.ok) throw new Error(system.reason)
  const names = readSymbols(await readFile(join(folder, `${name}.sym`), 'utf8'))
  return { system: system.value, names }
}
