// Every prebuilt module on both engines: V8 in the real sandbox, and the step engine here. All that
// a receipt holds is the same, and each leaf of the trace.
import { WasmValue, wasmPresets } from '@vcp/protocol'
import {
  instrument,
  nativePageTools,
  openPool,
  type Pool,
  type RunRequest,
  stepProgram,
  stepRun,
} from '@vcp/sandbox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type FunctionCase,
  manifests,
  stdinOf,
  type WasiCase,
  wasmOf,
} from './wasm-modules/manifest.ts'

const memoryPagesMax = (wasmPresets.default.memory_mb * 2 ** 20) / 65_536

function requestOf(name: string, each: WasiCase | FunctionCase): RunRequest {
  const { call } = each
  const common = {
    // Enough for all of them but the longest, which then end here and there for want of it.
    gas: 60_000_000,
    stackUnits: 4_000_000,
    outputBytesMax: 1_048_576,
    checkpointGas: 1_000_000,
    seed: new Uint8Array(32).fill(3),
    trace: true,
  }
  if (call.kind === 'function') {
    const values = call.arguments.map((value) => WasmValue.parse(value))
    return { ...common, call: { ...call, arguments: values } }
  }
  const stdin = new Uint8Array(stdinOf(name, each as WasiCase))
  return { ...common, call: { kind: 'wasi', args: call.args, env: {}, stdin } }
}

let pool: Pool
beforeAll(async () => {
  pool = await openPool({ size: 1 })
})
afterAll(() => pool.close())

describe('the step engine', () => {
  test.each(manifests)('comes to what V8 comes to: $name', async ({ name, cases }) => {
    const module = wasmOf(name)
    const made = instrument(module, { memoryPagesMax, trace: true })
    if (!made.ok) throw new Error(made.detail)
    const program = stepProgram(made.bytes)
    for (const each of cases) {
      const request = requestOf(name, each)
      const task = { requester: 'e2e', module, form: 'raw', memoryPagesMax, request } as const
      const onV8 = await pool.submit(task, { deadlineMs: 60_000, memoryMb: 2_048 })
      if (onV8.kind !== 'attestable') throw new Error(`${onV8.fault}: ${onV8.detail}`)
      const onSteps = stepRun(program, request, nativePageTools)
      if (onSteps.kind !== 'attestable') throw new Error(`${onSteps.fault}: ${onSteps.detail}`)
      const { ending, gas, results, checkpoints, traceRoot, memoryPages } = onV8

      expect(onSteps).toMatchObject({ ending, gas, results, traceRoot, memoryPages })
      expect(onSteps.checkpoints).toEqual(checkpoints)
      expect(Buffer.from(onSteps.stdout).equals(onV8.stdout)).toBe(true)
      expect(Buffer.from(onSteps.stderr).equals(onV8.stderr)).toBe(true)
    }
  })
})
