import type { Pool, PoolLimits, PoolResult, RunRequest } from '@vcp/sandbox'
import { type Allowance, pageBytes } from './request.ts'

/** A module and how it is to be run. */
export interface PlannedRun {
  readonly module: Uint8Array
  readonly request: RunRequest
  readonly allowance: Allowance
}

export interface RunWatch extends Pick<PoolLimits, 'signal' | 'onProgress'> {
  readonly requester: string
}

/** One run in a pool, within its allowance; what `vcp run` and a node have in common. */
export function submitRun(
  pool: Pool,
  { module, request, allowance }: PlannedRun,
  { requester, ...watch }: RunWatch,
): Promise<PoolResult> {
  const { memoryMb, seconds } = allowance
  const memoryPagesMax = (memoryMb * 2 ** 20) / pageBytes
  return pool.submit(
    { requester, module, form: 'raw', memoryPagesMax, request },
    { deadlineMs: seconds * 1_000, memoryMb: memoryMb + hostMemoryMb, ...watch },
  )
}

/** What compiling and shadow copies for checkpoints take, beyond the memory of the guest. */
const hostMemoryMb = 1_024
