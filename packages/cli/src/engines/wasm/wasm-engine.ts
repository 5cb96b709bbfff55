// Runs the submitter's own module in the sandbox.
import { limits, type TaskOf, type TaskType } from '@vcp/protocol'
import { type SandboxCall, sandboxEngine } from '@vcp/sandbox'
import type { PlannedRun } from '../../sandbox/submit-run.ts'
import { type BlobNeed, blobIn, type Engine, type Work } from '../engine.ts'
import type { EngineParts } from '../engines.ts'
import { meteredLeaf, meteredRun, planFor } from '../metered-run.ts'
import { blobsOfProvedRun, needsOfProvedRun, proveRun } from '../prove/prove-run.ts'

const type = 'wasm_execution' satisfies TaskType

export async function openWasmEngine({
  pool,
  sandbox,
  proving,
}: EngineParts): Promise<Engine<typeof type>> {
  return {
    type,
    version: sandboxEngine,
    probe: async () => sandbox,
    needs: (task) =>
      isProved(task)
        ? needsOfProvedRun(task, proving)
        : { memoryMb: task.inputs.limits.memory_mb, cpuCores: 1 },
    blobs: (task) => (isProved(task) ? blobsOfProvedRun(task) : blobsOf(task)),
    run: (work) =>
      isProved(work.task)
        ? proveRun(proving, work)
        : meteredRun(pool, planOf(work), programOf(work), work),
    rerun: (work, checkpoint) => meteredLeaf(pool, planOf(work), checkpoint, work),
    // The pool is closed by whoever opened it.
    async close() {},
  }
}

function isProved({ inputs }: TaskOf<typeof type>): boolean {
  return inputs.proof !== undefined
}

function blobsOf({ inputs }: TaskOf<typeof type>): readonly BlobNeed[] {
  const module = { cid: inputs.module, bytesMax: limits.wasmModuleBytesMax }
  const stdin = inputs.call.kind === 'wasi' ? inputs.call.stdin : null
  return stdin === null ? [module] : [module, { cid: stdin, bytesMax: limits.blobWholeBytesMax }]
}

function planOf(work: Work<typeof type>): PlannedRun {
  return planFor(blobIn(work, work.task.inputs.module), callOf(work), work.task)
}

function callOf(work: Work<typeof type>): SandboxCall {
  const { call } = work.task.inputs
  if (call.kind === 'function') return call
  return { ...call, stdin: call.stdin === null ? new Uint8Array(0) : blobIn(work, call.stdin) }
}

function programOf({ task }: Work<typeof type>) {
  return { cid: task.inputs.module, engine: sandboxEngine }
}
