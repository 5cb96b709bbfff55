import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  casesOf,
  fileOf,
  manifests,
  stdinOf,
  stdoutOf,
  type WasiCase,
  wasmOf,
} from './wasm-modules/manifest.ts'
import {
  answerOf,
  counts,
  energies,
  estimatePi,
  filtered,
  multiply,
  rowsOf,
  sha256,
  sortedLines,
} from './wasm-modules/oracles.ts'
import { importsOf, plain, runFunction, runWasi } from './wasm-modules/run.ts'

// What the sandbox gives a module besides its own streams: arguments, time, randomness and an end.
const granted = [
  ...['args_get', 'args_sizes_get', 'environ_get', 'environ_sizes_get', 'clock_time_get'],
  ...['fd_read', 'fd_write', 'fd_close', 'fd_seek', 'fd_fdstat_get', 'proc_exit', 'random_get'],
]

describe.each(manifests)('the module $name', ({ name, wasm, built_with, cases }) => {
  const bytes = wasmOf(name)

  test('is the one that its manifest describes', () => {
    const digest = createHash('sha256').update(bytes).digest('hex')
    expect({ bytes: bytes.length, sha256: digest }).toEqual(wasm)
    expect(Object.values(built_with)).not.toContain('unknown')
  })

  test('imports nothing but what the sandbox grants', () => {
    for (const { module, name } of importsOf(bytes)) {
      expect(module).toBe('wasi_snapshot_preview1')
      expect(granted).toContain(name)
    }
  })

  test.each(cases)('answers $call as expected', async ({ call, expected }) => {
    if (call.kind === 'function') {
      const { results } = expected as { results: [{ type: 'f64'; value: number }] }
      expect(runFunction(bytes, call.function, call.arguments)).toBe(plain(results[0]))
    } else {
      const wasi = { call, expected } as WasiCase
      const run = await runWasi(bytes, call.args, stdinOf(name, wasi))
      expect(run.stdout.equals(stdoutOf(name, wasi))).toBe(true)
      expect(run.stderr).toBe(wasi.expected.stderr)
      expect(run.exitCode).toBe(wasi.expected.exit_code)
    }
  })
})

describe('what a module is expected to answer', () => {
  test.each(casesOf('sha256', 'wasi'))('is the digest of node:crypto: $call.stdin', (each) => {
    expect(stdoutOf('sha256', each).toString()).toBe(sha256(stdinOf('sha256', each)))
  })

  test.each(casesOf('matmul', 'function'))('is the product by rows and columns: $call', (each) => {
    const [side, seed] = each.call.arguments.map(({ value }) => Number(value))
    expect(each.expected.results[0]?.value).toBe(multiply(side!, seed!))
  })

  test.each(casesOf('pi', 'function'))('is the estimate in big integers: $call', (each) => {
    const [samples, seed] = each.call.arguments
    const estimate = estimatePi(Number(samples!.value), BigInt(seed!.value))
    expect(each.expected.results[0]?.value).toBe(estimate)
  })

  test.each(casesOf('nbody', 'wasi'))('is the energy in JavaScript: $call.args', (each) => {
    expect(stdoutOf('nbody', each).toString()).toBe(energies(Number(each.call.args[0])))
  })

  test.each(casesOf('image-filter', 'wasi'))('is the image by kernels: $call.args', (each) => {
    const image = filtered(stdinOf('image-filter', each), each.call.args[0]!)
    expect(stdoutOf('image-filter', each).equals(image)).toBe(true)
  })

  test('is what JavaScript counts and sorts', () => {
    const lines = fileOf('text', 'lines.txt')
    const [count, sort] = casesOf('text', 'wasi')
    expect(stdoutOf('text', count!).toString()).toBe(counts(lines))
    expect(stdoutOf('text', sort!).equals(sortedLines(lines))).toBe(true)
  })

  test('is what the SQLite of Node answers', () => {
    const [ledger] = casesOf('sqlite', 'wasi')
    const answer = rowsOf(fileOf('sqlite', 'ledger.sql').toString())
    expect(stdoutOf('sqlite', ledger!).toString()).toBe(answer)
  })

  const portable = casesOf('quickjs', 'wasi').filter(({ call }) => call.stdin !== 'world.json')
  test.each(portable)('is what V8 answers: $call.stdin', async (each) => {
    expect(stdoutOf('quickjs', each).toString()).toBe(await answerOf(stdinOf('quickjs', each)))
  })
})
