import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { run, temporaryFolder } from '../../testing/host.ts'

function moduleOf(name: string): string {
  const path = `../../../../../wasm-modules/${name}/${name}.wasm`
  return fileURLToPath(new URL(path, import.meta.url))
}

function file(name: string, content: string): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}

const pi = [moduleOf('pi'), '--invoke', 'estimate']
const values = ['1000', '7']
const gas = ['--gas', '20000000']

async function receiptOf(...flags: string[]): Promise<Record<string, unknown>> {
  return JSON.parse((await run(['run', ...pi, ...flags, '--json', ...gas, ...values])).out)
}

/** A receipt with some of its fields made up. */
function forged(receipt: Record<string, unknown>, change: Record<string, unknown>): string {
  return file('forged.json', JSON.stringify({ ...receipt, ...change }))
}

function dispute(...rest: string[]) {
  return run(['module', 'dispute', ...pi, ...gas, ...rest])
}

describe('vcp module dispute, of two receipts', () => {
  test('finds both true where they are', async () => {
    const receipt = file('true.json', JSON.stringify(await receiptOf('--trace')))
    const { exitCode, out } = await dispute(receipt, receipt, ...values)

    expect(exitCode).toBe(0)
    expect(out.match(/true: the run gives the same/g)).toHaveLength(2)
  })

  test('says which is false, in which fields and from which checkpoint on', async () => {
    const honest = await receiptOf('--trace')
    const leaves = honest['leaves'] as string[]
    const at = Math.floor(leaves.length / 2)
    const falsified = leaves.map((leaf, i) => (i < at ? leaf : 'ab'.repeat(32)))
    const truth = file('true.json', JSON.stringify(honest))
    const lie = forged(honest, { gas: 5, leaves: falsified, traceRoot: 'cd'.repeat(32) })
    const { exitCode, out } = await dispute('--json', truth, lie, ...values)

    expect(exitCode).toBe(8)
    expect(JSON.parse(out)).toMatchObject({
      kind: 'receipts',
      firstDifferingCheckpoint: at,
      receipts: [
        { file: truth, isTrue: true, falseFields: [], leavesFit: true },
        {
          file: lie,
          isTrue: false,
          falseFields: ['gas', 'traceRoot'],
          leavesFit: false,
          firstFalseCheckpoint: at,
        },
      ],
    })
    expect((await dispute(truth, lie, ...values)).out).toContain('false: gas, traceRoot')
  })

  test('takes receipts without a trace', async () => {
    const honest = await receiptOf()
    const truth = file('true.json', JSON.stringify(honest))
    const lie = forged(honest, { results: [{ type: 'f64', value: 3 }] })
    const { exitCode, out } = await dispute('--json', lie, truth, ...values)

    expect(exitCode).toBe(8)
    expect(JSON.parse(out).receipts).toMatchObject([{ falseFields: ['results'] }, { isTrue: true }])
  })

  test('refuses receipts of another run, and what is no receipt', async () => {
    const truth = file('true.json', JSON.stringify(await receiptOf()))
    const other = await dispute(truth, truth, '1000', '8')
    const nonsense = await dispute(truth, file('nonsense.json', '{"gas":1}'), ...values)

    expect(other.err).toContain('of another run: its inputHash')
    expect(nonsense.err).toContain('is not what vcp run --json prints')
    expect((await dispute(truth)).err).toContain('two receipts are needed')
  })
})

describe('vcp module dispute, of a flipped bit', () => {
  test('goes down to the instruction that did not give it', async () => {
    // Some operands are such that one bit of them does not matter, and which is the rewriter's.
    const found = []
    for (let step = 70_000; step < 70_020; step++) {
      const { exitCode, out } = await dispute('--json', '--fault', `${step}`, ...values)
      expect(exitCode).toBe(0)
      const { losses, judged } = JSON.parse(out)
      if (losses.length > 0) found.push({ losses, judged, step })
    }

    expect(found.length).toBeGreaterThan(3)
    for (const { losses, judged, step } of found) {
      expect(losses).toEqual([{ side: 'faulty', reason: 'step_false' }])
      expect(judged.step).toBeGreaterThanOrEqual(step)
      expect(judged.witnessBytes).toBeLessThan(40_000)
    }
  })

  test('in memory tells address and bit, and what the receipts differ in', async () => {
    const stdin = file('abc.txt', 'abc')
    const argv = ['module', 'dispute', moduleOf('sha256'), '--input', stdin, '--fault']
    const { exitCode, out } = await run([...argv, '6000:70000:5', '--gas', '1000000'])

    expect(exitCode).toBe(0)
    expect(out).toContain('bit 5 of address 70000, after step 6,000')
    expect(out).toContain('the faulty run is false: step_false')
  })

  test.each([
    [['--fault', '0'], 'takes <step>'],
    [['--fault', '5:1:8'], 'takes <step>'],
    [['--fault', 'soon'], 'takes <step>'],
    [['--fault', '900000000'], 'there is none 900000000'],
    [['--fault', '5:99999999'], 'has 0 bytes: none 99999999'],
  ])('refuses %j', async (flags, words) => {
    const { exitCode, err } = await dispute(...flags, ...values)

    expect(exitCode).toBe(2)
    expect(err).toContain(words)
  })
})
