// One run in the sandbox, and what is told of it.
import { Digest, sha256 } from '@vcp/protocol'
import {
  type Finished,
  inputDigest,
  openPool,
  outputOf,
  type PoolResult,
  type RunRequest,
  receiptFields,
  sandboxEngine,
} from '@vcp/sandbox'
import type { Context } from '../command.ts'
import type { Ran } from './ran.ts'
import { type PlannedRun, submitRun } from './submit-run.ts'

export async function inSandbox(planned: PlannedRun, { host, json }: Context): Promise<PoolResult> {
  const pool = await openPool({ size: 1 })
  const began = host.nowMs()
  const talks = host.terminal.isInteractive && !json
  try {
    return await submitRun(pool, planned, {
      requester: 'vcp run',
      signal: host.signal,
      onProgress(gasUsed) {
        if (!talks || host.nowMs() - began < 2_000) return
        const percent = ((100 * gasUsed) / planned.request.gas).toFixed(0)
        host.err(`\r${percent} % of its gas, ${((host.nowMs() - began) / 1_000).toFixed(0)} s `)
      },
    })
  } finally {
    await pool.close()
  }
}

export function ranOf(module: Uint8Array, request: RunRequest, result: PoolResult): Ran {
  const { wallMs, memoryBytes } = result
  const common = {
    inputHash: inputDigest(request),
    moduleHash: sha256(module),
    engine: `${sandboxEngine.name} ${sandboxEngine.version}`,
    wallMs,
    memoryBytes,
  }
  if (result.kind === 'infrastructure') return { ...common, ...nothing, ...faultOf(result) }
  const { ending, gas, traceRoot, checkpoints, memoryPages, timings } = result
  const instrumented = result.instrumented === null ? null : Digest.parse(result.instrumented)
  const receipt = receiptFields(instrumented, request, result)
  const decoder = new TextDecoder()
  return {
    ...common,
    outcome: ending.kind,
    exitCode: ending.kind === 'ok' ? 0 : ending.kind === 'exit' ? ending.exit_code : null,
    code: ending.kind === 'trap' ? ending.trap : ending.kind === 'rejected' ? ending.code : null,
    fault: null,
    detail: result.detail,
    gas,
    outputHash: sha256(outputOf(request, result)),
    output: receipt.output,
    outputBytes: receipt.output_bytes,
    results: result.results,
    stdout: decoder.decode(result.stdout),
    stderr: decoder.decode(result.stderr),
    instrumentedHash: instrumented,
    traceRoot,
    checkpoints: checkpoints.length,
    leaves: checkpoints,
    memoryPages,
    ...timings,
  }
}

const nothing = {
  outcome: null,
  exitCode: null,
  code: null,
  gas: null,
  outputHash: null,
  output: null,
  outputBytes: null,
  results: null,
  stdout: null,
  stderr: null,
  instrumentedHash: null,
  traceRoot: null,
  checkpoints: 0,
  leaves: [],
  memoryPages: null,
  instrumentMs: null,
  compileMs: null,
  runMs: null,
} as const

function faultOf({ fault, detail }: Exclude<PoolResult, Finished>) {
  return { fault, detail }
}
