import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { circom, runTool } from '../prover/run-tool.ts'
import { readR1cs } from '../r1cs/r1cs-file.ts'
import { developmentKey } from './development-key.ts'
import { termBytes } from './key-terms.ts'
import { drawSecrets } from './powers-of-tau.ts'
import { sameCircuit } from './same-circuit.ts'

const sourceOf = (factor: string, inputs: number) => `pragma circom 2.2.3;
template Cube() {
  signal input context[${inputs}];
  signal input root;
  signal output cube;
  signal square <== root * root;
  cube <== square * (${factor} * root);
}
component main { public [context] } = Cube();
`
let folder = ''
let key = ''
let keyBytes = Buffer.alloc(0)
let r1cs: Uint8Array = new Uint8Array()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vcp-same-circuit-'))
  r1cs = await compiled('cube', sourceOf('3', 1))
  const system = readR1cs(r1cs)
  if (!system.ok) throw new Error(system.reason)
  keyBytes = Buffer.concat([...developmentKey(system.value, drawSecrets(randomBytes))])
  key = await written('cube.zkey', keyBytes)
}, 60_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

async function compiled(name: string, source: string): Promise<Uint8Array> {
  await writeFile(join(folder, `${name}.circom`), source)
  const run = await runTool(circom(folder, [`${name}.circom`, '--r1cs', '--O1', '-o', '.']))
  if (!run.ok) throw new Error(run.reason)
  return readFile(join(folder, `${name}.r1cs`))
}

async function written(name: string, bytes: Uint8Array): Promise<string> {
  await writeFile(join(folder, name), bytes)
  return join(folder, name)
}

/** Where the table of terms begins, which is the third section of the file. */
function termsAt(bytes: Buffer): number {
  let at = 12
  for (let i = 0; i < 2; i++) at += 12 + Number(bytes.readBigUInt64LE(at + 4))
  expect(bytes.readUInt32LE(at)).toBe(4)
  return at + 12
}

describe('a proving key', () => {
  test('agrees with the constraints that it was made for', async () => {
    expect(await sameCircuit(r1cs, key)).toEqual({ ok: true, value: undefined })
  })

  test('of another circuit is refused, with what differs', async () => {
    const wider = await compiled('wider', sourceOf('3', 2))
    expect(await sameCircuit(wider, key)).toMatchObject({
      code: 'CIRCUITS_DIFFER',
      reason: 'the key has 2 public signals, and the circuit 3',
    })
    const other = await compiled('other', sourceOf('5', 1))
    expect(await sameCircuit(other, key)).toMatchObject({
      code: 'CIRCUITS_DIFFER',
      reason: 'they differ in constraint 1',
    })
  })

  test('that was changed in a term, a count or a length is refused', async () => {
    const at = termsAt(keyBytes)
    const coefficient = Buffer.from(keyBytes)
    coefficient[at + 4 + 12] = coefficient[at + 4 + 12]! ^ 1
    const wire = Buffer.from(keyBytes)
    wire.writeUInt32LE(wire.readUInt32LE(at + 4 + 8) + 1, at + 4 + 8)
    const count = Buffer.from(keyBytes)
    count.writeUInt32LE(count.readUInt32LE(at) - 1, at)
    const shorter = Buffer.concat([
      keyBytes.subarray(0, at + 4),
      keyBytes.subarray(at + 4 + termBytes),
    ])
    shorter.writeUInt32LE(shorter.readUInt32LE(at) - 1, at)
    shorter.writeBigUInt64LE(shorter.readBigUInt64LE(at - 8) - BigInt(termBytes), at - 8)
    for (const [i, bytes] of [coefficient, wire, count, shorter].entries()) {
      const verdict = await sameCircuit(r1cs, await written(`changed-${i}`, bytes))
      expect(verdict, `${i}`).toMatchObject({ ok: false, code: 'CIRCUITS_DIFFER' })
    }
  })

  test('is refused beside constraints that are cut short or are none', async () => {
    const cut = r1cs.slice(0, -1)
    expect(await sameCircuit(cut, key)).toMatchObject({ ok: false })
    expect(await sameCircuit(Uint8Array.of(1, 2, 3), key)).toMatchObject({ ok: false })
  })
})
