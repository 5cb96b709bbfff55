// An instrumented module that is ready to run any number of times.
import type { ValueTypeName } from '../module/value-type.ts'
import { type WasmModule, wasm } from '../webassembly.ts'
import { exportedFunctions, type FunctionType } from './exported-functions.ts'
import type { NumberType } from './values.ts'

export interface Program {
  readonly module: WasmModule
  readonly functions: ReadonlyMap<string, FunctionType>
}

/** Compiles bytes that the instrumenter wrote; throws where they are no module. */
export function compileProgram(bytes: Uint8Array): Program {
  const module = new wasm.Module(bytes)
  return { module, functions: exportedFunctions(bytes) }
}

/** Whether values of a type can cross into JavaScript and into a receipt: references cannot. */
export function isNumberType(type: ValueTypeName): type is NumberType {
  return type !== 'funcref'
}
