import {
  type Canonical,
  cidOf,
  type Digest,
  digestOf,
  type EngineVersion,
  type Receipt,
  sha256,
  type WasmValue,
} from '@vcp/protocol'
import { instrumenterVersion } from '../instrument/instrument.ts'
import type { Attestable, RunRequest } from './request.ts'
import { encodeResults, plainNumber } from './values.ts'

/** The fields of a receipt that the sandbox knows. */
export type RunFields = Pick<
  Receipt,
  'instrumented' | 'input' | 'output' | 'output_bytes' | 'ending' | 'gas' | 'trace_root' | 'engine'
>

/** Counts what is decided outside the instrumented bytes: prices, WASI, checkpoints, encodings. */
export const hostRulesVersion = 2

/** Results are compared only between nodes with the same engine. */
export const sandboxEngine: EngineVersion = {
  name: 'vcp-sandbox',
  version: `${instrumenterVersion}.${hostRulesVersion}`,
}

/** `instrumented` is the digest of the bytes that ran; null where the module was refused. */
export function receiptFields(
  instrumented: Digest | null,
  request: RunRequest,
  result: Attestable,
): RunFields {
  const output = outputOf(request, result)
  return {
    instrumented,
    input: inputDigest(request),
    output: cidOf('raw', output),
    output_bytes: output.length,
    ending: result.ending,
    gas: result.gas,
    trace_root: result.traceRoot,
    engine: sandboxEngine,
  }
}

/** What a run leaves behind: stdout of a command, the results of a called function. */
export function outputOf({ call }: RunRequest, { stdout, results }: Attestable): Uint8Array {
  if (call.kind === 'wasi') return stdout
  return results === null ? new Uint8Array(0) : encodeResults(results)
}

/** Everything about a request that decides how its run ends. */
export function inputDigest(request: RunRequest): Digest {
  const { call, gas, stackUnits, outputBytesMax, checkpointGas, seed, trace } = request
  const input: Canonical = {
    call:
      call.kind === 'wasi'
        ? { kind: 'wasi', args: call.args, env: call.env, stdin: sha256(call.stdin) }
        : { kind: 'function', function: call.function, arguments: call.arguments.map(exact) },
    gas,
    stack_units: stackUnits,
    output_bytes_max: outputBytesMax,
    checkpoint_gas: checkpointGas,
    seed,
    trace,
  }
  return digestOf('vcp-sandbox/input/1', input)
}

/** Canonical bytes hold no negative zero; as text it is another argument than zero. */
function exact({ type, value }: WasmValue): Canonical {
  return { type, value: typeof value === 'number' ? plainNumber(value) : value }
}
