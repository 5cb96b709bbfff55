import { signerFrom, TaskId } from '@vcp/protocol'
import type { KeptRun, Lease } from '../kept/kept.ts'

export const signer = signerFrom(new Uint8Array(32).fill(7))
export const taskId = TaskId.parse('01900000-0000-7000-8000-000000000001')

const bytes = new TextEncoder().encode('an output')

/** A run that ended well, as it is kept. */
export function keptRun(given: Lease & Partial<Pick<KeptRun, 'output' | 'traceLeaves'>>): KeptRun {
  const { taskId, leaseEpoch, output = bytes, traceLeaves = [] } = given
  return { taskId, leaseEpoch, traceLeaves, output }
}
