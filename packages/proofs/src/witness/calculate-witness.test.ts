// What a stranger's witness generator may do to the machine that runs it: nothing.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { circom, runTool, snarkjs } from '../prover/run-tool.ts'
import { calculateWitness, publicSignalsIn } from './calculate-witness.ts'
import { generatorFunctions } from './generator-functions.ts'
import { boundGenerator } from './generator-module.ts'
import { leb } from './leb.ts'

const source = `pragma circom 2.2.3;
template Root() {
  signal input context;
  signal input pair[2];
  signal input side;
  signal output sum;
  side * (side - 1) === 0;
  sum <== pair[0] * pair[1] + side;
}
component main { public [context] } = Root();
`
let folder = ''
let generator = new Uint8Array()
const input = { context: '9', pair: ['3', '-4'], side: '1' }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vcp-witness-'))
  await writeFile(join(folder, 'root.circom'), source)
  const args = ['root.circom', '--wasm', '-o', '.']
  expect(await runTool(circom(folder, args))).toMatchObject({ ok: true })
  generator = await readFile(join(folder, 'root_js', 'root.wasm'))
}, 60_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a witness', () => {
  test('is byte for byte the one that snarkjs calculates', async () => {
    const at = (name: string) => join(folder, name)
    await writeFile(at('input.json'), JSON.stringify(input))
    const wasm = at('root_js/root.wasm')
    const args = ['wtns', 'calculate', wasm, at('input.json'), at('theirs.wtns')]
    expect(await runTool(snarkjs(args))).toMatchObject({ ok: true })
    const ours = await calculateWitness({ generator, input })
    if (!ours.ok) throw new Error(ours.reason)
    expect(Buffer.from(ours.value)).toEqual(await readFile(at('theirs.wtns')))
    const r = 21888242871839275222246405745257275088548364400416034343698204186575808495617n
    expect(publicSignalsIn(ours.value, 2)).toEqual({ ok: true, value: [r - 11n, 9n] })
    expect(publicSignalsIn(ours.value, 99)).toMatchObject({ ok: false })
  }, 30_000)

  test('is refused for inputs that are false, missing, too many or of another shape', async () => {
    const isFalse = await calculateWitness({ generator, input: { ...input, side: '2' } })
    expect(isFalse).toMatchObject({
      code: 'STATEMENT_FALSE',
      reason: expect.stringMatching(/do not satisfy the circuit: .*template Root_0 line: 7/),
    })
    const inputs = [
      [{ context: '1', pair: ['3', '4'] }, '4 inputs, and 3 were given'],
      [{ ...input, other: '1' }, 'no input other'],
      [{ ...input, pair: '3' }, 'pair has 2 values, and 1 were given'],
    ] as const
    for (const [given, reason] of inputs) {
      const made = await calculateWitness({ generator, input: given })
      expect(made).toMatchObject({
        code: 'PROVING_FAILED',
        reason: expect.stringContaining(reason),
      })
    }
  }, 30_000)
})

describe('a witness generator', () => {
  const head = [0, 97, 115, 109, 1, 0, 0, 0]
  const memory = [5, 3, 1, 0, 1]

  test('that never ends is killed when it is aborted', async () => {
    const stop = new AbortController()
    const spinning = calculateWitness({ generator: spinner(), input: {} }, { signal: stop.signal })
    setImmediate(() => stop.abort())
    expect(await spinning).toMatchObject({ ok: false, code: 'INTERRUPTED' })
  }, 20_000)

  test('without the functions of circom is refused', async () => {
    const made = await calculateWitness({
      generator: Uint8Array.of(...head, ...memory),
      input: {},
    })
    expect(made).toMatchObject({ ok: false, reason: expect.stringContaining('no function init') })
  })

  test('gets no function but those that circom has it call', async () => {
    // (import "node" "read" (func))
    const nosy = [2, 13, 1, 4, 110, 111, 100, 101, 4, 114, 101, 97, 100, 0, 0]
    const types = [1, 4, 1, 0x60, 0, 0]
    const module = Uint8Array.of(...head, ...types, ...nosy, ...memory)
    const made = await calculateWitness({ generator: module, input: {} })
    expect(made).toMatchObject({ ok: false, reason: expect.stringContaining('node.read') })
  })

  test('has its memory bounded, whatever it says', async () => {
    const growing = Uint8Array.of(...head, ...memory)
    const bounded = boundGenerator(growing, 1)
    if (!bounded.ok) throw new Error(bounded.reason)
    expect([...bounded.value]).toEqual([...head, 5, 4, 1, 1, 1, 16])
    const wide = Uint8Array.of(...head, 5, 5, 1, 0, 0x80, 0x80, 1)
    expect(boundGenerator(wide, 1)).toMatchObject({ ok: false })
    const shared = Uint8Array.of(...head, 5, 4, 1, 3, 1, 2)
    expect(boundGenerator(shared, 1)).toMatchObject({ ok: false })
    const own = await calculateWitness({ generator, input }, { generatorMemoryMb: 4 })
    expect(own).toMatchObject({ ok: true })
  })

  test('is refused when it starts by itself, has no memory, or is no module', () => {
    const starts = Uint8Array.of(...head, ...memory, 8, 1, 0)
    const cut = Uint8Array.of(...head, 5, 9, 1)
    for (const module of [starts, cut, Uint8Array.of(...head), Uint8Array.of(1, 2)]) {
      expect(boundGenerator(module, 128)).toMatchObject({ ok: false, code: 'INVALID' })
    }
  })

  test('that wants more of the machine’s memory than it may have is killed', async () => {
    const made = await calculateWitness({ generator: spinner(), input: {} }, { memoryBytesMax: 1 })
    expect(made).toMatchObject({ ok: false, reason: expect.stringContaining('of memory') })
  }, 20_000)
})

/** Has every function that is asked for, of which `init` never ends. */
function spinner(): Uint8Array {
  const section = (id: number, body: readonly number[]) => [id, ...leb(body.length), ...body]
  const exported = generatorFunctions.flatMap((name) => [name.length, ...Buffer.from(name), 0, 0])
  return Uint8Array.of(
    ...[0, 97, 115, 109, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [generatorFunctions.length, ...exported]),
    ...section(10, [1, 7, 0, 3, 0x40, 0x0c, 0, 0x0b, 0x0b]),
  )
}
