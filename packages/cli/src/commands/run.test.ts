import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { run, temporaryFolder } from '../testing/host.ts'

function moduleOf(name: string): string {
  return fileURLToPath(new URL(`../../../../wasm-modules/${name}/${name}.wasm`, import.meta.url))
}

function file(content: string | Uint8Array): string {
  const path = join(temporaryFolder(), 'file')
  writeFileSync(path, content)
  return path
}

describe('vcp run', () => {
  test('prints what the module prints, and the figures on stderr', async () => {
    const { exitCode, out, err } = await run(['run', moduleOf('hello')])
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: 'hello from inside\n' })
    for (const word of ['outcome', 'gas', 'memory', 'instrumented', 'vcp-sandbox']) {
      expect(err).toContain(word)
    }
  })

  test('gives the fields of a receipt as JSON, the same each time', async () => {
    const argv = ['run', moduleOf('sha256'), '--input', file('abc'), '--trace', '--json']
    const [first, second] = [JSON.parse((await run(argv)).out), JSON.parse((await run(argv)).out)]
    expect(first).toMatchObject({
      outcome: 'ok',
      exitCode: 0,
      fault: null,
      stdout: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n',
      moduleHash: '4b9279c62c7b945392bb7c4ca39ea5a8a429b2ce9b7f304af3f76bb8d13f9ec8',
    })
    const evidence = ['gas', 'outputHash', 'inputHash', 'instrumentedHash', 'traceRoot']
    for (const field of evidence) {
      expect(first[field]).toBeTruthy()
      expect(second[field]).toEqual(first[field])
    }
  })

  test('calls a function with arguments by its signature', async () => {
    const argv = ['run', moduleOf('pi'), '--invoke', 'estimate', '100000', '7']
    expect((await run(argv)).out).toBe('3.1412\n')
    const { results } = JSON.parse((await run([...argv, '--json'])).out)
    expect(results).toEqual([{ type: 'f64', value: 3.1412 }])
  })

  test.each([
    [['--invoke', 'nothing'], 'it exports estimate'],
    [['--invoke', 'estimate', '1'], 'takes 2 arguments (i32 i64 -> f64), not 1'],
    [['--invoke', 'estimate', 'many', '1'], '"many" is no i32'],
    [['--invoke', 'estimate', '1', '1.5'], '"1.5" is no i64'],
    [['--invoke', 'estimate', '1', '1', '--input', 'x'], '--input and --env are for commands'],
    [['--gas', '0'], 'gas'],
    [['--preset', 'lavish'], 'preset'],
    [['--env', 'novalue'], 'NAME=value'],
    [['--seed', 'abc'], 'seed'],
  ])('refuses %j', async (flags, words) => {
    const { exitCode, err } = await run(['run', moduleOf('pi'), ...flags])
    expect(exitCode).toBe(2)
    expect(err).toContain(words)
  })

  test('runs a script on JSON, in an interpreter that is metered like any module', async () => {
    const script = join(temporaryFolder(), 'double.js')
    writeFileSync(script, 'console.log("doubling"); return input.n * 2')
    const argv = ['run', script, '--input', file('{"n": 21}')]
    const { exitCode, out, err } = await run(argv)
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: '42\n' })
    expect(err).toContain('doubling')
    const [first, second] = [JSON.parse((await run([...argv, '--json'])).out), await run(argv)]
    expect(first.gas).toBeGreaterThan(100_000)
    expect(second.err).toContain(first.gas.toLocaleString('en'))
  })

  test('says what a script threw, and that it takes no arguments', async () => {
    const script = join(temporaryFolder(), 'throw.js')
    writeFileSync(script, 'throw new RangeError("no luck")')
    const thrown = await run(['run', script])
    expect(thrown.exitCode).toBe(7)
    expect(thrown.err).toContain('RangeError: no luck')
    expect((await run(['run', script, 'x'])).err).toContain('a script takes its input from --input')
    const wrong = await run(['run', script, '--input', file('{')])
    expect(wrong.err).toContain('is not JSON')
  })

  test('ends with its gas, exactly, and exits 7', async () => {
    const argv = ['run', moduleOf('nbody'), '1000000', '--gas', '1000000', '--json']
    const { exitCode, out } = await run(argv)
    expect(exitCode).toBe(7)
    expect(JSON.parse(out)).toMatchObject({ outcome: 'out_of_gas', gas: 1_000_000 })
  })

  test('is killed at its time, says so, and exits 9', async () => {
    const flags = ['--timeout', '0.5', '--gas', '50000000000', '--json']
    const began = performance.now()
    const { exitCode, out } = await run(['run', moduleOf('nbody'), '100000000', ...flags])
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(exitCode).toBe(9)
    expect(JSON.parse(out)).toMatchObject({ outcome: null, fault: 'timeout', outputHash: null })
  })

  test('refuses what is no module with the code of the rejection', async () => {
    const { exitCode, out } = await run(['run', file('not wasm'), '--json'])
    expect(exitCode).toBe(7)
    expect(JSON.parse(out)).toMatchObject({ outcome: 'rejected', code: 'MALFORMED_HEADER' })
    expect((await run(['run', '/nowhere.wasm'])).exitCode).toBe(2)
  })
})

describe('vcp module inspect', () => {
  test('shows imports, exports and that a node would run it', async () => {
    const { exitCode, out } = await run(['module', 'inspect', moduleOf('sha256')])
    expect(exitCode).toBe(0)
    expect(out).toContain('a node would run it')
    expect(out).toContain('wasi_snapshot_preview1.fd_read')
    expect(out).toContain('_start: () -> ()')
  })

  test('shows why a module is refused, and exits 7', async () => {
    const flags = ['--memory', '1', '--json']
    const quickjs = await run(['module', 'inspect', moduleOf('quickjs'), ...flags])
    expect(quickjs.exitCode).toBe(7)
    expect(JSON.parse(quickjs.out).rejection).toMatchObject({ code: 'LIMIT_MEMORY_PAGES' })
    const text = await run(['module', 'inspect', file('not wasm')])
    expect(text.out).toContain('refused, MALFORMED_HEADER')
  })
})
