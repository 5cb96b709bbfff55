// Where things stand in the instrumented module: indices of what is added, and how the others
// shift.
import { type ModuleShape, typeIndexOf } from '../module/shape.ts'
import { type FunctionType, valueTypes } from '../module/value-type.ts'
import { type GasPlan, gasModes } from './gas-plan.ts'
import type { ScanResult } from './scan-result.ts'

const { i32, funcref } = valueTypes

export interface Layout {
  /** Original types, then those that are added. */
  readonly types: readonly FunctionType[]
  readonly tick: number
  readonly tickType: number
  readonly gas: number
  readonly stack: number
  readonly fault: number
  readonly trace: number
  /** Functions of ours behind the original ones; those without a use are absent. */
  readonly added: readonly AddedFunction[]
  readonly chargeBytes: number
  readonly chargeElements: number
  readonly growMemory: number
  /** By table. */
  readonly growTable: ReadonlyMap<number, number>
  /** Type of a block that gives the results of a function type with several. */
  readonly resultBlocks: ReadonlyMap<FunctionType, number>
  /** The new index of an original function. */
  functionIndex(index: number): number
}

export type AddedFunction = { readonly typeIndex: number } & (
  | { readonly kind: 'chargeBytes' | 'chargeElements' | 'growMemory' }
  | { readonly kind: 'growTable'; readonly table: number }
)

export function layOut(
  shape: ModuleShape,
  scan: ScanResult,
  gas: GasPlan,
  stackUnits: Int32Array,
): Layout {
  const imports = shape.imports.length
  const types = [...shape.types]
  const typeOf = (params: readonly number[], results: readonly number[]) =>
    types.push({ params, results }) - 1
  const tickType = typeOf([], [])
  const resultBlocks = blocksOfResults(shape, gas, stackUnits, typeOf)
  const added: AddedFunction[] = []
  const first = imports + 1 + shape.functions.length
  const add = (entry: AddedFunction) => first + added.push(entry) - 1
  const one = typeOf([i32], [i32])
  const chargeBytes = scan.usesMemoryBulk ? add({ kind: 'chargeBytes', typeIndex: one }) : -1
  const chargeElements = scan.usesTableBulk ? add({ kind: 'chargeElements', typeIndex: one }) : -1
  const growMemory = scan.usesMemoryGrow ? add({ kind: 'growMemory', typeIndex: one }) : -1
  const growTable = new Map<number, number>()
  if (scan.grownTables.size > 0) {
    const typeIndex = typeOf([funcref, i32], [i32])
    for (const table of [...scan.grownTables].sort((a, b) => a - b)) {
      growTable.set(table, add({ kind: 'growTable', typeIndex, table }))
    }
  }
  const firstGlobal = shape.globals.length
  return {
    types,
    tick: imports,
    tickType,
    gas: firstGlobal,
    stack: firstGlobal + 1,
    fault: firstGlobal + 2,
    trace: firstGlobal + 3,
    added,
    chargeBytes,
    chargeElements,
    growMemory,
    growTable,
    resultBlocks,
    functionIndex: (index) => (index < imports ? index : index + 1),
  }
}

/** Functions with a frame have a block around their body: several results need a type for it. */
function blocksOfResults(
  shape: ModuleShape,
  gas: GasPlan,
  stackUnits: Int32Array,
  typeOf: (params: readonly number[], results: readonly number[]) => number,
): Map<FunctionType, number> {
  const blocks = new Map<FunctionType, number>()
  for (let index = 0; index < stackUnits.length; index++) {
    const type = shape.types[typeIndexOf(shape, shape.imports.length + index)]!
    const isFramed = stackUnits[index]! > 0 || gas.modes[index] === gasModes.local
    if (!isFramed || type.results.length < 2 || blocks.has(type)) continue
    blocks.set(type, typeOf([], type.results))
  }
  return blocks
}
