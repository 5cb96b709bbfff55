// What a hostile run is: a module that is accepted, and does what it can to the one who runs it.
import type { Ending, WasmValue } from '@vcp/protocol'
import type { PoolFault, PoolLimits } from '../child/pool-result.ts'
import type { ValueTypeName } from '../module/value-type.ts'
import type { RunRequest } from '../run/request.ts'
import type { WasmResult } from '../run/values.ts'
import { type WasiFunction, wasiModule, wasiSignatures } from '../wasi/signatures.ts'
import { ModuleBuilder } from './module-builder.ts'

export interface HostileRun {
  readonly name: string
  readonly bytes: () => Uint8Array
  /** 1,024 unless given: what the tests of the pool allow. */
  readonly memoryPagesMax?: number
  readonly request?: Partial<RunRequest>
  readonly limits?: Partial<PoolLimits>
  readonly expected: Expected
}

/** What is known of the result; what is not said may be anything. */
export type Expected =
  | {
      readonly ending: Ending
      readonly gas?: number
      readonly results?: readonly WasmResult[]
      readonly memoryPages?: number
      readonly stdout?: Uint8Array
    }
  | { readonly fault: PoolFault }

export const ok = { kind: 'ok' } as const
export const outOfGas = { kind: 'out_of_gas' } as const
export const trapped = { kind: 'trap', trap: 'instruction' } as const
export const overflowed = { kind: 'trap', trap: 'stack_overflow' } as const

export function rejected(code: string): Ending {
  return { kind: 'rejected', code }
}

/** More stack than any preset gives. */
export const deepStack = 4_000_000

/** A whole number that no run ever uses up. */
export const endlessGas = 2 ** 52

/** A call of an exported function, by default `f` without arguments. */
export function calling(name = 'f', ...given: WasmValue[]): RunRequest['call'] {
  return { kind: 'function', function: name, arguments: given }
}

export function i32(value: number): WasmResult {
  return { type: 'i32', value }
}

export interface GuestSpec {
  /** WASI functions, which are the first of the module's. */
  readonly imports?: readonly WasiFunction[]
  /** Pages, and the most of them if it says so; `null` for none. */
  readonly memory?: { readonly min: number; readonly max?: number } | null
  readonly results?: readonly ValueTypeName[]
  readonly locals?: readonly ValueTypeName[]
  readonly export?: string
  readonly more?: (module: ModuleBuilder) => void
}

/** A module of one function that is a command, unless it is exported by another name. */
export function guest(words: string, spec: GuestSpec = {}): () => Uint8Array {
  const { imports = [], memory = { min: 1 }, results = [], locals = [], more } = spec
  const name = spec.export ?? (results.length > 0 ? 'f' : '_start')
  return () => {
    const module = new ModuleBuilder()
    for (const each of imports) {
      module.import(wasiModule, each, wasiSignatures[each].params, wasiSignatures[each].results)
    }
    if (memory !== null) module.memory(memory)
    module.function({ export: name, results, locals, body: words })
    more?.(module)
    return module.bytes()
  }
}

/** Words that store a number at an address. */
export function put(at: number, value: number): string {
  return `i32.const ${at} i32.const ${value} i32.store`
}

/** Words around others: for ever. */
export function forever(words: string): string {
  return `loop ${words} br 0 end`
}
