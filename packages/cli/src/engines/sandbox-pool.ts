// The processes that strangers' code runs in, and how much of the machine they may take.
import { isolationWith, openPool, type Pool, type Wrapper, wrappers } from '@vcp/sandbox'
import { allowanceOf, checkpointGasOf, requestOf } from '../sandbox/request.ts'
import { submitRun } from '../sandbox/submit-run.ts'
import type { Readiness } from './engine.ts'

/**
 * How many cores' worth of processes a share of the cores allows; at least one. A share of less
 * than one core is one process all the same: only its rank keeps that out of others' way.
 */
export function seatsFor(cores: number, cpuShare: number): number {
  return Math.max(1, Math.floor(cores * cpuShare))
}

/** Linux only, as every wrapper: elsewhere the number of processes is the only bound. */
export const yielding: Wrapper = {
  tool: 'nice',
  // Half way down: a task gets what others leave, and something even where they leave nothing.
  args: ['-n', '10', '--'],
  gives: [],
}

/** A pool whose processes give way to what else runs on the machine. */
export async function openSandboxPool(seats: number): Promise<Pool> {
  isolation ??= isolationWith([yielding, ...wrappers])
  return openPool({ size: seats, isolation: await isolation })
}

/** Found out once a process: it starts others to see. */
let isolation: ReturnType<typeof isolationWith> | undefined

/**
 * Runs the smallest program there is, with a trace. In a pool of its own, for a process that has
 * served somebody serves nobody else.
 */
export async function tryOutSandbox(): Promise<Readiness> {
  const pool = await openSandboxPool(1)
  const allowance = allowanceOf('strict', {})
  const call = { kind: 'function', function: 'f', arguments: [] } as const
  const request = requestOf(call, allowance, new Uint8Array(32), checkpointGasOf(allowance))
  try {
    const planned = { module: smallest, request, allowance }
    const result = await submitRun(pool, planned, { requester: 'trial' })
    if (result.kind === 'attestable' && result.ending.kind === 'ok') return { isReady: true }
    const how = result.kind === 'attestable' ? result.ending.kind : result.fault
    return { isReady: false, reason: `a trial run ended with ${how}: ${result.detail}` }
  } finally {
    await pool.close()
  }
}

/** `(module (func (export "f")))`. */
const smallest = Uint8Array.from(
  Buffer.from('0061736d0100000001040160000003020100070501016600000a040102000b', 'hex'),
)
