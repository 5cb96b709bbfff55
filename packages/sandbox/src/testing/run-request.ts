import type { RunRequest, SandboxCall } from '../run/request.ts'

export const commandCall: Extract<SandboxCall, { kind: 'wasi' }> = {
  kind: 'wasi',
  args: [],
  env: {},
  stdin: new Uint8Array(0),
}

/** A request for tests: a plain command, with room for everything, and no trace. */
export function runRequest(change: Partial<RunRequest> = {}): RunRequest {
  return {
    call: commandCall,
    gas: 5_000_000,
    stackUnits: 100_000,
    outputBytesMax: 1_000_000,
    checkpointGas: null,
    seed: new Uint8Array(32).fill(7),
    trace: false,
    ...change,
  }
}
