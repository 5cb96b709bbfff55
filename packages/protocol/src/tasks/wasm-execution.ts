import * as z from 'zod'
import { Cid } from '../ids.ts'
import { limits } from '../limits.ts'
import { CatalogueCircuit } from './circuit.ts'
import { taskBase } from './requirements.ts'

const Text = z.string().max(limits.wasmArgumentCharactersMax)

/** A WASI command: `_start` with arguments, environment and a blob on stdin. */
const WasiCall = z.strictObject({
  kind: z.literal('wasi'),
  args: z.array(Text).max(limits.wasmArgumentsMax).default([]),
  env: z
    .record(z.string().min(1).max(256), Text)
    .refine((env) => Object.keys(env).length <= limits.wasmArgumentsMax, 'too many variables')
    .default({}),
  stdin: Cid.nullable().default(null),
})

/** A typed argument; 64-bit integers are text, since JSON numbers cannot hold them. */
export const WasmValue = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('i32'),
    value: z
      .int()
      .min(-(2 ** 31))
      .max(2 ** 32 - 1),
  }),
  z.strictObject({
    type: z.literal('i64'),
    value: z
      .string()
      .max(20)
      .regex(/^-?[0-9]{1,19}$/),
  }),
  z.strictObject({ type: z.literal('f32'), value: z.number() }),
  z.strictObject({ type: z.literal('f64'), value: z.number() }),
])
export type WasmValue = z.infer<typeof WasmValue>

/** One exported function with typed arguments. */
const FunctionCall = z.strictObject({
  kind: z.literal('function'),
  function: z.string().min(1).max(256),
  arguments: z.array(WasmValue).max(limits.wasmArgumentsMax).default([]),
})

export const WasmLimits = z.strictObject({
  memory_mb: z.int().min(1).max(limits.wasmMemoryMbMax),
  seconds: z.int().min(1).max(limits.executionSecondsMax),
  gas: z.int().min(1).max(limits.wasmGasMax),
})
export type WasmLimits = z.infer<typeof WasmLimits>

export const wasmPresets = {
  default: { memory_mb: 512, seconds: 30, gas: 10_000_000_000 },
  strict: { memory_mb: 256, seconds: 10, gas: 1_000_000_000 },
  relaxed: { memory_mb: 1024, seconds: 60, gas: 50_000_000_000 },
} as const satisfies Record<string, WasmLimits>

/** Runs a WASM module in the metered sandbox. */
export const WasmExecution = z.strictObject({
  task_type: z.literal('wasm_execution'),
  inputs: z.strictObject({
    module: Cid,
    call: z.discriminatedUnion('kind', [WasiCall, FunctionCall]),
    limits: WasmLimits.prefault(wasmPresets.default),
    /** Gas between checkpoints of the trace; null leaves about 1,000 in a full run. */
    checkpoint_gas: z.int().min(1_000).max(limits.wasmGasMax).nullable().default(null),
    /** The circuit `execution` that has to prove the result, for a function that fits it. */
    proof: CatalogueCircuit.optional(),
  }),
  ...taskBase,
})
export type WasmExecution = z.infer<typeof WasmExecution>
