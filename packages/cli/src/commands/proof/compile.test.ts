import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../../testing/host.ts'

/** Exports `f`: the greatest common divisor of two numbers, by subtraction. */
const gcd = Buffer.from(
  [
    '0061736d0100000001070160027f7f017f030201000503010001060100070501016600000a2e012c',
    '01007f0240034020002001460d01200020014b0440200020016b210005200120006b21010b0c000b',
    '0b20000b0b0100',
  ].join(''),
  'hex',
)
let folder = ''
let module = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vcp-compile-'))
  module = join(folder, 'gcd.wasm')
  await writeFile(module, gcd)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('vcp proof compile', () => {
  test('says how large a program is, and what a run of it takes', async () => {
    const compiled = await run(['proof', 'compile', module, '--func', 'f', '--json'])
    expect(JSON.parse(compiled.out)).toMatchObject({ instructions: 8, circuit: null, files: [] })
    const line = ['proof', 'compile', module, '--func', 'f', '--args', '48,36', '--json']
    expect(JSON.parse((await run(line)).out)).toMatchObject({
      circuit: 'execution small',
      steps: 15,
      proofs: 1,
      value: 12,
    })
  })

  test('writes the inputs of each proof, for the purpose that it is told', async () => {
    const out = join(folder, 'input.json')
    const line = ['proof', 'compile', module, '--func', 'f', '--args', '48,8', '--out', out]
    const { files } = JSON.parse((await run([...line, '--steps', '16', '--json'])).out)
    expect(files).toEqual([join(folder, 'input-1.json'), join(folder, 'input-2.json')])
    await run([...line, '--context', '77'])
    expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({ context: '77', value: '8' })
    await run(['proof', 'compile', module, '--func', 'f', '--out', out])
    expect(JSON.parse(await readFile(out, 'utf8')).instructions).toHaveLength(8)
  })

  test('refuses what does not fit, and says why', async () => {
    const unknown = await run(['proof', 'compile', module, '--func', 'g'])
    expect([unknown.exitCode, unknown.err]).toEqual([2, expect.stringContaining('"f"')])
    const endless = await run(['proof', 'compile', module, '--func', 'f', '--args', '4,0'])
    expect([endless.exitCode, endless.err]).toEqual([2, expect.stringContaining('not ended')])
    for (const wrong of [
      ['--steps', '17'],
      ['--args', '1;2'],
      ['--context', '-1'],
    ]) {
      expect((await run(['proof', 'compile', module, '--func', 'f', ...wrong])).exitCode).toBe(2)
    }
    const nowhere = join(folder, 'no', 'where')
    const out = await run(['proof', 'compile', module, '--func', 'f', '--out', nowhere])
    expect(out.err).toContain('OUTPUT_UNWRITABLE')
  })
})
