// From the words of a command line to what the sandbox takes.
import { VcpError, type WasmValue, wasmPresets } from '@vcp/protocol'
import type { RunRequest, SandboxCall } from '@vcp/sandbox'

export const pageBytes = 65_536
const outputBytesMax = 64 * 1_048_576
/** A unit is some 8 bytes of the native stack, of which a worker has 64 MB: half of it is room. */
const stackUnits = 4_000_000

export type Preset = keyof typeof wasmPresets

/** What a run may use, from a preset and what was said beyond it. */
export interface Allowance {
  readonly gas: number
  readonly memoryMb: number
  readonly seconds: number
}

export function allowanceOf(
  preset: Preset,
  said: { readonly [Name in keyof Allowance]?: number | undefined },
): Allowance {
  const { gas, memory_mb, seconds } = wasmPresets[preset]
  return {
    gas: said.gas ?? gas,
    memoryMb: said.memoryMb ?? memory_mb,
    seconds: said.seconds ?? seconds,
  }
}

/** Some 1,000 checkpoints in a run of all its gas. */
export function checkpointGasOf({ gas }: Pick<Allowance, 'gas'>): number {
  return Math.max(1_000, Math.ceil(gas / 1_000))
}

/** A run whose whole input is here: the same words, the same receipt, on every machine. */
export function requestOf(
  call: SandboxCall,
  { gas }: Pick<Allowance, 'gas'>,
  seed: Uint8Array,
  checkpointGas: number | null,
): RunRequest {
  return {
    call,
    gas,
    stackUnits,
    outputBytesMax,
    checkpointGas,
    seed,
    trace: checkpointGas !== null,
  }
}

/** `i32 i64 -> f64` and the words `1 2` as typed arguments. */
export function argumentsOf(
  name: string,
  signature: string,
  words: readonly string[],
): readonly WasmValue[] {
  const types = (signature.split('->')[0] ?? '').match(/[if](?:32|64)/g) ?? []
  if (types.length !== words.length) {
    throw new VcpError('USAGE', {
      message: `${name} takes ${types.length} arguments (${signature}), not ${words.length}`,
    })
  }
  return types.map((type, i) => argumentOf(type as WasmValue['type'], words[i] ?? ''))
}

function argumentOf(type: WasmValue['type'], word: string): WasmValue {
  if (type === 'i64' && /^-?[0-9]{1,19}$/.test(word)) return { type, value: word }
  const value = Number(word)
  const fits =
    word.trim() !== '' &&
    (type === 'i32'
      ? Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32
      : type !== 'i64' && Number.isFinite(value))
  if (!fits || type === 'i64') {
    throw new VcpError('USAGE', { message: `"${word}" is no ${type}` })
  }
  return { type, value }
}

/** `NAME=value`, as often as it was said. */
export function environmentOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new VcpError('USAGE', { message: `--env takes NAME=value, not "${pair}"` })
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}
