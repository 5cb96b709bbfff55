// An instrumented module as code for the step engine. Pure, and made once for any number of runs.
import { abi } from '../abi.ts'
import { NumberList } from '../module/growable.ts'
import type { FunctionType } from '../module/value-type.ts'
import { compileProgram, type Program } from '../run/program.ts'
import { functionAt } from './immediates.ts'
import { type FixedRegions, fixedRegions, slotBytes } from './layout.ts'
import { type ReadModule, readSections, type SizeLimits } from './read-sections.ts'
import { type Translated, type TranslationUnit, translate } from './translate.ts'

export interface StepProgram {
  readonly bytes: Uint8Array
  /** For the plan of a call. */
  readonly program: Program
  readonly module: ReadModule
  readonly functionTypes: readonly FunctionType[]
  readonly typeNumbers: readonly number[]
  readonly regions: FixedRegions
  readonly code: Int32Array
  /** Where each operation begins, in words of the code, and in the bytes; both ascend. */
  readonly operations: Int32Array
  readonly offsets: Int32Array
  /** By function that the module defines. */
  readonly functions: readonly Translated[]
  readonly tables: readonly SizeLimits[]
  readonly memory: SizeLimits | null
  /** Bytes of what passive segments hold. */
  readonly segmentBytes: number
}

/** Of bytes that the instrumenter wrote; throws where WebAssembly does not take them. */
export function stepProgram(bytes: Uint8Array): StepProgram {
  const program = compileProgram(bytes)
  const module = readSections(bytes)
  const { types, imports, functions, tables, memory, globals, data, elements } = module
  const typeIndices = [...imports.map(({ type }) => type), ...functions]
  const functionTypes = typeIndices.map((index) => types[index]!)
  const regions = fixedRegions({
    globals: globals.length,
    tables: tables.length,
    data: data.length,
    elements: elements.length,
    functions: typeIndices.length,
  })
  const unit: TranslationUnit = {
    bytes,
    types,
    functionTypes,
    typeNumbers: numbered(types),
    regions,
    code: new NumberList(),
    operations: new NumberList(),
    offsets: new NumberList(),
  }
  const translated = module.bodies.map((body, i) => translate(unit, imports.length + i, body))
  return {
    bytes,
    program,
    module,
    functionTypes,
    typeNumbers: typeIndices.map((index) => unit.typeNumbers[index]!),
    regions,
    code: taken(unit.code),
    operations: taken(unit.operations),
    offsets: taken(unit.offsets),
    functions: translated,
    tables,
    memory,
    segmentBytes: segmentBytes(module),
  }
}

/** The address of an export's record. */
export function exportedAt({ module, regions }: StepProgram, name: string): number {
  return functionAt(regions, module.exports.functions.get(name)!)
}

/** The slot of a global that the instrumenter added or exported; null where there is none. */
export function globalAt({ module, regions }: StepProgram, name: string): number | null {
  const index = module.exports.globals.get(name)
  return index === undefined ? null : regions.globalsAt + index * slotBytes
}

/** The slots of the original's mutable globals, in order. */
export function originalGlobals(program: StepProgram): { at: number; type: number }[] {
  const { exports, globals } = program.module
  const found: { at: number; type: number }[] = []
  for (let i = 0; ; i++) {
    const name = `${abi.globalPrefix}${i}`
    const at = globalAt(program, name)
    if (at === null) return found
    found.push({ at, type: globals[exports.globals.get(name)!]!.type })
  }
}

/** Types that are equal have the number of the first of them. */
function numbered(types: readonly FunctionType[]): number[] {
  const firsts = new Map<string, number>()
  return types.map(({ params, results }, index) => {
    const text = `${params}>${results}`
    if (!firsts.has(text)) firsts.set(text, index)
    return firsts.get(text)!
  })
}

function segmentBytes({ data, elements }: ReadModule): number {
  let bytes = 0
  for (const { mode, items } of elements) if (mode === 'passive') bytes += items.length * 4
  for (const { mode, range } of data) if (mode === 'passive') bytes += range.end - range.start
  return bytes
}

function taken(list: NumberList): Int32Array {
  return list.items.slice(0, list.length)
}
