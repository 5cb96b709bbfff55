import { proofInputDigest } from '@vcp/proofs'
import { type Cid, cidOf, type TaskSpec } from '@vcp/protocol'
import type { EngineResult } from '../engine.ts'
import { proveEngine } from './proving.ts'

/** A proof as an engine tells of it: what stands in the receipt is what the proof is tied to. */
export function provedResult(task: TaskSpec, module: Cid | null, output: Uint8Array): EngineResult {
  return {
    kind: 'finished',
    part: {
      module,
      instrumented: null,
      input: proofInputDigest(task),
      output: cidOf('raw', output),
      output_bytes: output.length,
      ending: { kind: 'ok' },
      gas: null,
      trace_root: null,
      engine: proveEngine,
    },
    output,
    traceLeaves: [],
  }
}
