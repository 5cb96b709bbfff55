import { cidOf, type Digest, Receipt, sha256 } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { buildInstrumented, i32 } from '../testing/instrumented-module.ts'
import { commandCall, runRequest } from '../testing/run-request.ts'
import { compileProgram } from './program.ts'
import { inputDigest, receiptFields } from './receipt-fields.ts'
import type { Attestable, RunRequest } from './request.ts'
import { run } from './run.ts'

const bytes = buildInstrumented({
  functions: [
    { name: '_start', body: () => [] },
    { name: 'seven', results: ['i32'], body: () => i32(7) },
  ],
})
const instrumented = sha256(bytes)

function fieldsOf(request: RunRequest) {
  const result = run(compileProgram(bytes), request) as Attestable
  return receiptFields(instrumented, request, result)
}

describe('the fields of a receipt', () => {
  test('pass its schema', () => {
    const fields = fieldsOf(runRequest({ checkpointGas: 1_000 }))
    const {
      instrumented: _,
      input,
      output,
      output_bytes,
      ending,
      gas,
      trace_root,
      engine,
    } = Receipt.shape

    for (const [name, schema] of Object.entries({
      input,
      output,
      output_bytes,
      ending,
      gas,
      trace_root,
      engine,
    })) {
      expect(schema.safeParse(fields[name as keyof typeof fields]).error).toBeUndefined()
    }
    expect(fields).toMatchObject({ instrumented, ending: { kind: 'ok' }, output_bytes: 0 })
    expect(fields.trace_root).not.toBeNull()
  })

  test('name the results as the output of a called function', () => {
    const call = { kind: 'function', function: 'seven', arguments: [] } as const
    const output = new TextEncoder().encode('[{"type":"i32","value":7}]')

    expect(fieldsOf(runRequest({ call }))).toMatchObject({
      output: cidOf('raw', output),
      output_bytes: output.length,
      trace_root: null,
    })
  })
})

describe('the digest of an input', () => {
  const f = (value: number): RunRequest['call'] => ({
    kind: 'function',
    function: 'f',
    arguments: [{ type: 'f64', value }],
  })

  test('is the same however the environment was written down', () => {
    const one = runRequest({ call: { ...commandCall, env: { A: '1', B: '2' } } })
    const other = runRequest({ call: { ...commandCall, env: { B: '2', A: '1' } } })

    expect(inputDigest(one)).toBe(inputDigest(other))
  })

  test('differs with everything that decides how the run ends', () => {
    const variants: Partial<RunRequest>[] = [
      {},
      { call: { ...commandCall, args: [''] } },
      { call: { ...commandCall, args: ['', ''] } },
      { call: { ...commandCall, env: { A: '' } } },
      { call: { ...commandCall, stdin: Uint8Array.of(0) } },
      { call: f(0) },
      { call: f(-0) },
      { gas: 1 },
      { stackUnits: 1 },
      { outputBytesMax: 1 },
      { checkpointGas: 1_000 },
      { seed: new Uint8Array(32) },
      { trace: true },
    ]
    const digests = new Set<Digest>(variants.map((change) => inputDigest(runRequest(change))))

    expect(digests.size).toBe(variants.length)
  })
})
