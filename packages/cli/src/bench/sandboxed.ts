// Strangers' code, in processes like those of a node.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { Pool } from '@vcp/sandbox'
import { openSandboxPool } from '../engines/sandbox-pool.ts'
import { allowanceOf, requestOf } from '../sandbox/request.ts'
import { submitRun } from '../sandbox/submit-run.ts'
import type { BenchPlace, Measure, Work } from './measure.ts'

/** `(module (func (export "f")))`. */
const idle = bytesOf('0061736d0100000001040160000003020100070501016600000a040102000b')

/** Counts a local down from a million, and does nothing else. */
const loop = bytesOf(
  '0061736d010000000104016000000302010007050101660000' +
    '0a18011601017f41c0843d2100034020004101' +
    '6b22000d000b0b',
)

export const tasks: Measure = {
  name: 'tasks',
  about: 'modules that do nothing, in warm sandboxes, one for each core',
  unit: 'tasks',
  start: (place) => withPool(place, 8, idle, () => 1),
}

export const gas: Measure = {
  name: 'gas',
  about: 'a loop, metered, in as many sandboxes',
  unit: 'million gas',
  start: (place) => withPool(place, 1, loop, (used) => used / 1e6),
}

/** `each` at a time in every process; `worth` says what one run counts, by the gas it took. */
async function withPool(
  { seats, signal }: BenchPlace,
  each: number,
  module: Uint8Array,
  worth: (gas: number) => number,
): Promise<Outcome<Work>> {
  const pool = await openSandboxPool(seats)
  const once = () => runOnce(pool, module, signal)
  const first = await once()
  if (!first.ok) {
    await pool.close()
    return first
  }
  return pass({
    async some() {
      const results = await Promise.all(Array.from({ length: each * seats }, once))
      const failed = results.find((result) => !result.ok)
      if (failed !== undefined) return failed
      return pass(results.reduce((sum, result) => sum + (result.ok ? worth(result.value) : 0), 0))
    },
    end: () => pool.close(),
  })
}

const allowance = allowanceOf('default', {})
const call = { kind: 'function', function: 'f', arguments: [] } as const
const request = requestOf(call, allowance, new Uint8Array(32), null)

/** Resolves with its gas. Always for one requester: a process that served one serves no other. */
async function runOnce(pool: Pool, module: Uint8Array, signal: AbortSignal) {
  const planned = { module, request, allowance }
  const result = await submitRun(pool, planned, { requester: 'vcp bench', signal })
  if (result.kind === 'attestable' && result.ending.kind === 'ok') return pass(result.gas)
  const how = result.kind === 'attestable' ? result.ending.kind : result.fault
  return refuse('EXECUTION_UNFIT', `a run ended with ${how}: ${result.detail}`)
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}
