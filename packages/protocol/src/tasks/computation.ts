import * as z from 'zod'
import { Cid } from '../ids.ts'
import { BoundedJson } from '../json.ts'
import { taskBase } from './requirements.ts'
import { WasmLimits, wasmPresets } from './wasm-execution.ts'

/** Runs a JavaScript program on JSON, in an interpreter inside the same metered sandbox. */
export const Computation = z.strictObject({
  task_type: z.literal('computation'),
  inputs: z.strictObject({
    script: Cid,
    input: BoundedJson,
    limits: WasmLimits.prefault(wasmPresets.default),
  }),
  ...taskBase,
})
export type Computation = z.infer<typeof Computation>
