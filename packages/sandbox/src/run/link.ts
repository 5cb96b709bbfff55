// Brings an instrumented module to life: the instance, the globals that the instrumenter exported,
// and host functions from which nothing escapes unnamed.
import { abi } from '../abi.ts'
import { HostFault } from '../host-fault.ts'
import { wasiModule } from '../wasi/signatures.ts'
import { type WasmGlobal, type WasmMemory, wasm } from '../webassembly.ts'
import type { Program } from './program.ts'
import { Unwinding } from './run-end.ts'

export interface LinkedGuest {
  /** Counts down to the next tick. */
  readonly gas: WasmGlobal
  readonly stack: WasmGlobal
  readonly fault: WasmGlobal
  /** The digest of the control flow; null where the module keeps none. */
  readonly control: WasmGlobal | null
  /** The mutable globals of the original. */
  readonly globals: readonly WasmGlobal[]
  readonly memory: WasmMemory | null
  call(name: string, given: readonly (number | bigint)[]): unknown
}

export type HostFunction = (...given: never[]) => unknown

export interface HostImports {
  readonly tick: () => void
  readonly wasi: Readonly<Record<string, HostFunction>>
}

/** Fails with whatever WebAssembly throws: the caller knows that nothing of the guest ran yet. */
export function link(program: Program, { tick, wasi }: HostImports): LinkedGuest {
  const wasiGuarded = Object.entries(wasi).map(([name, call]) => [name, guarded(call)])
  const { exports } = new wasm.Instance(program.module, {
    [abi.importModule]: { [abi.tick]: guarded(tick) },
    [wasiModule]: Object.fromEntries(wasiGuarded),
  })
  const globals: WasmGlobal[] = []
  for (let i = 0; `${abi.globalPrefix}${i}` in exports; i++) {
    globals.push(exports[`${abi.globalPrefix}${i}`] as WasmGlobal)
  }
  return {
    gas: exports[abi.gas] as WasmGlobal,
    stack: exports[abi.stack] as WasmGlobal,
    fault: exports[abi.fault] as WasmGlobal,
    control: (exports[abi.trace] as WasmGlobal | undefined) ?? null,
    globals,
    memory: (exports[abi.memory] as WasmMemory | undefined) ?? null,
    call: (name, given) => (exports[name] as (...given: unknown[]) => unknown)(...given),
  }
}

/**
 * Whatever a host function throws unintended is a fault of this machine. Unnamed it could pass for
 * one of the guest: a library of ours may itself be WebAssembly, and trap.
 */
function guarded(call: HostFunction): HostFunction {
  return (...given) => {
    try {
      return call(...given)
    } catch (error) {
      if (error instanceof Unwinding || error instanceof HostFault) throw error
      throw new HostFault(error instanceof RangeError ? 'host_stack' : 'internal', error)
    }
  }
}
