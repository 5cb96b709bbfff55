// A run in the sandbox's pool as an engine tells of it: what may stand in a receipt, or that this
// machine did not come to an end.
import { type Cid, Digest, type EngineVersion, limits, type TaskOf } from '@vcp/protocol'
import {
  outputOf,
  type Pool,
  type PoolFault,
  type PoolResult,
  receiptFields,
  type SandboxCall,
} from '@vcp/sandbox'
import { checkpointGasOf, requestOf } from '../sandbox/request.ts'
import { type PlannedRun, submitRun } from '../sandbox/submit-run.ts'
import type { EngineResult, Work } from './engine.ts'

type MeteredTask = TaskOf<'wasm_execution' | 'computation'>

/**
 * How a task's program is run. All that decides the result comes from the task: every node, and
 * `vcp run --trace` with the same words, makes of it the same request.
 */
export function planFor(
  module: Uint8Array,
  call: SandboxCall,
  { inputs, requirements }: Pick<MeteredTask, 'inputs' | 'requirements'>,
): PlannedRun {
  const { gas, memory_mb: memoryMb, seconds } = inputs.limits
  const given = 'checkpoint_gas' in inputs ? inputs.checkpoint_gas : null
  return {
    module,
    request: requestOf(call, { gas }, noSeed, given ?? checkpointGasOf({ gas })),
    // Nobody waits longer than the task may take, whatever the program was granted.
    allowance: { gas, memoryMb, seconds: Math.min(seconds, requirements.max_execution_seconds) },
  }
}

/** As `vcp run` has it too; a program that wants other chances takes a seed among its arguments. */
const noSeed = new Uint8Array(32)

/** What of a piece of work the pool has to know. */
type Watched = Pick<Work<never>, 'requester' | 'signal' | 'onProgress'>

export interface MeteredProgram {
  /** What the receipt names as the program. */
  readonly cid: Cid
  readonly engine: EngineVersion
}

export async function meteredRun(
  pool: Pool,
  planned: PlannedRun,
  { cid, engine }: MeteredProgram,
  work: Watched,
): Promise<EngineResult> {
  const result = await submitted(pool, planned, work)
  if (result.kind === 'infrastructure') {
    const { fault, detail } = result
    return { kind: 'failed', reason: `${fault}: ${detail}`, isOurs: isOurs[fault] }
  }
  const { request } = planned
  const instrumented = result.instrumented === null ? null : Digest.parse(result.instrumented)
  return {
    kind: 'finished',
    part: { module: cid, ...receiptFields(instrumented, request, result), engine },
    output: outputOf(request, result),
    traceLeaves: result.checkpoints,
  }
}

/**
 * The leaf of a checkpoint, by the whole run anew: the pool has no way to stop at one, and a run
 * outside the pool could not be stopped at all. A checkpoint past the end is the final state.
 */
export async function meteredLeaf(
  pool: Pool,
  planned: PlannedRun,
  checkpoint: number,
  work: Watched,
): Promise<Digest | null> {
  const result = await submitted(pool, planned, work)
  if (result.kind === 'infrastructure') return null
  return result.checkpoints[checkpoint] ?? result.checkpoints.at(-1) ?? null
}

/**
 * Whether a fault counts against this machine. What a task brings about on every machine alike,
 * by taking too long or too much, does not; nor what we asked for ourselves.
 */
const isOurs: { readonly [Fault in PoolFault]: boolean } = {
  host_memory: true,
  host_stack: true,
  internal: true,
  crash: true,
  timeout: false,
  memory: false,
  cancelled: false,
  queue_full: false,
}

function submitted(
  pool: Pool,
  planned: PlannedRun,
  { requester, signal, onProgress }: Watched,
): Promise<PoolResult> {
  return submitRun(pool, planned, {
    requester,
    signal,
    // How much of its gas a run will take nobody knows, so there is no percentage. A child says
    // what it likes: no more than there is.
    onProgress: (gasUsed) => onProgress(Math.min(Math.floor(gasUsed), limits.wasmGasMax), null),
  })
}
