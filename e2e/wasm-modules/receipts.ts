// Every case of the prebuilt modules as a request to the sandbox, and the receipts on record.
import { WasmValue, wasmPresets } from '@vcp/protocol'
import type { RunRequest } from '@vcp/sandbox'
import { manifests, stdinOf, type WasiCase } from './manifest.ts'

export const golden = new URL('../../packages/sandbox/vectors/receipts.json', import.meta.url)

const pageBytes = 65_536
export const memoryPagesMax = (wasmPresets.default.memory_mb * 2 ** 20) / pageBytes

export const cases = manifests.flatMap(({ name, cases: all }) =>
  all.map((each, i) => ({ name, each, id: `${name} ${i}` })),
)

export type Case = (typeof cases)[number]

export function requestOf(name: string, each: Case['each']): RunRequest {
  const { call } = each
  const common = {
    gas: wasmPresets.default.gas,
    stackUnits: 4_000_000,
    outputBytesMax: 16 * 1_048_576,
    checkpointGas: 10_000_000,
    seed: new Uint8Array(32),
    trace: true,
  }
  if (call.kind === 'function') {
    const values = call.arguments.map((value) => WasmValue.parse(value))
    return { ...common, call: { ...call, arguments: values } }
  }
  const stdin = stdinOf(name, each as WasiCase)
  return { ...common, call: { kind: 'wasi', args: call.args, env: {}, stdin } }
}
