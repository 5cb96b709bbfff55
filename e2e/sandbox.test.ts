// Every prebuilt module in the real sandbox: what it answers is what its manifest says, and what a
// receipt would hold of it is what it always was, in every process and with every setting of V8.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Digest } from '@vcp/protocol'
import { openPool, type Pool, type PoolResult, receiptFields } from '@vcp/sandbox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stdoutOf, type WasiCase, wasmOf } from './wasm-modules/manifest.ts'
import { type Case, cases, golden, memoryPagesMax, requestOf } from './wasm-modules/receipts.ts'

function submit(pool: Pool, { name, each }: Case): Promise<PoolResult> {
  return pool.submit(
    {
      requester: 'e2e',
      module: wasmOf(name),
      form: 'raw',
      memoryPagesMax,
      request: requestOf(name, each),
    },
    { deadlineMs: 60_000, memoryMb: 2_048 },
  )
}

function fieldsOf(which: Case, result: PoolResult) {
  if (result.kind !== 'attestable') throw new Error(`${which.id}: ${result.fault} ${result.detail}`)
  const instrumented = Digest.parse(result.instrumented)
  return receiptFields(instrumented, requestOf(which.name, which.each), result)
}

let first: Pool
let second: Pool
beforeAll(async () => {
  first = await openPool({ size: 1 })
  second = await openPool({ size: 1, tasksPerChildMax: 1 })
})
afterAll(() => Promise.all([first.close(), second.close()]))

describe('a prebuilt module in the sandbox', () => {
  test.each(cases)('answers as its manifest says: $id', async (which) => {
    const { name, each } = which
    const result = await submit(first, which)
    if (result.kind !== 'attestable') throw new Error(`${result.fault}: ${result.detail}`)
    if (each.call.kind === 'function') {
      expect({ results: result.results }).toEqual(each.expected)
      return
    }
    const wasi = each as WasiCase
    const exitCode = result.ending.kind === 'exit' ? result.ending.exit_code : 0
    expect(result.ending.kind).toMatch(/^(ok|exit)$/)
    expect(Buffer.from(result.stdout).equals(stdoutOf(name, wasi))).toBe(true)
    expect(Buffer.from(result.stderr).toString()).toBe(wasi.expected.stderr)
    expect(exitCode).toBe(wasi.expected.exit_code)
  })

  test('has the same receipt in another process, and the one it always had', async () => {
    const found: Record<string, unknown> = {}
    for (const which of cases) {
      const fields = fieldsOf(which, await submit(first, which))
      expect(fieldsOf(which, await submit(second, which))).toEqual(fields)
      found[which.id] = fields
    }
    // Made once, and again only after a change of the rules: delete the file, run, and say why.
    if (!existsSync(golden)) writeFileSync(golden, `${JSON.stringify(found, null, 2)}\n`)
    expect(found).toEqual(JSON.parse(readFileSync(golden, 'utf8')))
  }, 120_000)
})
