// Runs modules for tests, plain and instrumented, without the machinery of `run`.
import { abi } from '../abi.ts'
import { type Instrumented, type InstrumentOptions, instrument } from '../instrument/instrument.ts'
import { type WasmGlobal, type WasmMemory, wasm } from '../webassembly.ts'

export type WasmFunction = (...given: (number | bigint)[]) => unknown

export const plentyOfGas = 1n << 60n
export const plentyOfStack = 1_000_000

/** Thrown by the tick of a guest whose gas is spent. */
export class GasSpent extends Error {}

export interface Guest {
  call(name: string, ...given: (number | bigint)[]): unknown
  global(name: string): WasmGlobal
  readonly memory: WasmMemory
  /** What was charged since the guest was made. */
  readonly gasUsed: bigint
  readonly fault: number
  /** How often the module asked the host about its gas. */
  readonly ticks: number
}

/** An instrumented module, or a failed test. */
export function instrumented(
  bytes: Uint8Array,
  options: Partial<InstrumentOptions> = {},
): Instrumented {
  const outcome = instrument(bytes, { memoryPagesMax: 1_024, trace: false, ...options })
  if (!outcome.ok) throw new Error(`refused: ${outcome.code}: ${outcome.detail}`)
  return outcome
}

/** Instantiates an instrumented module with so much gas; its tick ends the run. */
export function guestOf(bytes: Uint8Array, gas = plentyOfGas, stack = plentyOfStack): Guest {
  let ticks = 0
  const tick = () => {
    ticks++
    throw new GasSpent()
  }
  const { exports } = new wasm.Instance(new wasm.Module(bytes), {
    [abi.importModule]: { [abi.tick]: tick },
  })
  const global = (name: string) => exports[name] as WasmGlobal
  global(abi.gas).value = gas
  global(abi.stack).value = stack
  return {
    call: (name, ...given) => (exports[name] as WasmFunction)(...given),
    global,
    get memory() {
      return exports[abi.memory] as WasmMemory
    },
    get gasUsed() {
      return gas - (global(abi.gas).value as bigint)
    },
    get fault() {
      return global(abi.fault).value as number
    },
    get ticks() {
      return ticks
    },
  }
}

/** The exports of a module as the engine runs it by itself. */
export function plain(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  return new wasm.Instance(new wasm.Module(bytes), {}).exports
}

/** What a call gives or how it fails, as something that can be compared. */
export function outcomeOf(call: () => unknown): string {
  try {
    const value = call()
    return `gives ${Array.isArray(value) ? value.map(show).join(' ') : show(value)}`
  } catch (thrown) {
    if (thrown instanceof wasm.RuntimeError) return `traps: ${thrown.message}`
    throw thrown
  }
}

function show(value: unknown): string {
  if (Object.is(value, -0)) return '-0'
  return `${String(value)}${typeof value === 'bigint' ? 'n' : ''}`
}
