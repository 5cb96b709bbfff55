// The instrumented module, section by section.
import { abi } from '../abi.ts'
import { within } from '../module/bounds.ts'
import { ByteWriter } from '../module/byte-writer.ts'
import {
  type Constant,
  type ElementSegment,
  exportKinds,
  type ModuleShape,
} from '../module/shape.ts'
import { valueTypes } from '../module/value-type.ts'
import { type Ceilings, writeAddedFunction } from './added-functions.ts'
import { CodeWriter } from './code-writer.ts'
import { type WritePlan, writeBodies } from './write-bodies.ts'

const END = 0x0b
const SECTION_SIZE_WIDTH = 5

export function writeModule(plan: WritePlan, ceilings: Ceilings): Uint8Array {
  const { shape } = plan
  const out = new ByteWriter(shape.bytes.length * 2 + 1_024)
  out.all([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00])
  const section = (id: number, wanted: boolean, write: () => void) => {
    if (!wanted) return
    out.u8(id)
    const size = out.leaveSize(SECTION_SIZE_WIDTH)
    write()
    out.fillSize(size, SECTION_SIZE_WIDTH)
    within('instrumentedBytes', out.length)
  }
  section(1, true, () => writeTypes(out, plan))
  section(2, true, () => writeImports(out, plan))
  section(3, true, () => writeFunctions(out, plan))
  section(4, shape.tables.length > 0, () => writeTables(out, shape, ceilings))
  section(5, shape.memory !== null, () => writeMemory(out, shape, ceilings))
  section(6, true, () => writeGlobals(out, plan))
  section(7, true, () => writeExports(out, plan))
  section(9, shape.elements.length > 0, () => writeElements(out, plan))
  section(12, shape.dataCount !== null, () => out.u32(shape.dataCount!))
  const code = writeCode(plan, ceilings)
  section(0, true, () => {
    out.text('metadata.code.branch_hint')
    code.writeHints(out, shape.imports.length + 1)
  })
  section(10, true, () => out.copy(code.bytes, 0, code.length))
  const { data } = shape
  section(11, data !== null, () => out.copy(shape.bytes, data!.range.start, data!.range.end))
  return out.finished()
}

function writeTypes(out: ByteWriter, { layout }: WritePlan): void {
  out.u32(layout.types.length)
  for (const { params, results } of layout.types) {
    out.u8(0x60)
    out.u32(params.length)
    out.all(params)
    out.u32(results.length)
    out.all(results)
  }
}

function writeImports(out: ByteWriter, { shape, layout }: WritePlan): void {
  out.u32(shape.imports.length + 1)
  for (const { names, typeIndex } of shape.imports) {
    out.copy(shape.bytes, names.start, names.end)
    out.u8(0)
    out.u32(typeIndex)
  }
  out.text(abi.importModule)
  out.text(abi.tick)
  out.u8(0)
  out.u32(layout.tickType)
}

function writeFunctions(out: ByteWriter, { shape, layout }: WritePlan): void {
  out.u32(shape.functions.length + layout.added.length)
  for (const typeIndex of shape.functions) out.u32(typeIndex)
  for (const { typeIndex } of layout.added) out.u32(typeIndex)
}

function writeTables(out: ByteWriter, { tables }: ModuleShape, { tableElements }: Ceilings): void {
  out.u32(tables.length)
  for (const [index, { min }] of tables.entries()) {
    out.all([valueTypes.funcref, 1])
    out.u32(min)
    out.u32(tableElements[index]!)
  }
}

/** Shared, because growing one that is not takes milliseconds; no thread ever shares it. */
function writeMemory(out: ByteWriter, { memory }: ModuleShape, { memoryPages }: Ceilings): void {
  out.all([1, 3])
  out.u32(memory!.min)
  out.u32(memoryPages)
}

function writeGlobals(out: ByteWriter, plan: WritePlan): void {
  const { globals } = plan.shape
  const added = [valueTypes.i64, valueTypes.i32, valueTypes.i32]
  if (plan.trace) added.push(valueTypes.i64)
  out.u32(globals.length + added.length)
  for (const { type, mutable, init } of globals) {
    out.all([type, mutable ? 1 : 0])
    writeConstant(out, plan, init)
  }
  for (const type of added) {
    out.all([type, 1, type === valueTypes.i64 ? 0x42 : 0x41, 0, END])
  }
}

function writeConstant(out: ByteWriter, { shape, layout }: WritePlan, constant: Constant): void {
  if (constant.kind === 'null') out.all([0xd0, valueTypes.funcref])
  else if (constant.kind === 'function') {
    out.u8(0xd2)
    out.u32(layout.functionIndex(constant.index))
  } else out.copy(shape.bytes, constant.range.start, constant.range.end)
  out.u8(END)
}

function writeExports(out: ByteWriter, plan: WritePlan): void {
  const { shape, layout } = plan
  const added = addedExports(plan)
  out.u32(shape.exports.length + added.length)
  for (const { nameRange, kind, index } of shape.exports) {
    out.copy(shape.bytes, nameRange.start, nameRange.end)
    out.u8(exportKinds.indexOf(kind))
    out.u32(kind === 'function' ? layout.functionIndex(index) : index)
  }
  for (const [name, kind, index] of added) {
    out.text(name)
    out.u8(exportKinds.indexOf(kind))
    out.u32(index)
  }
}

type AddedExport = [name: string, kind: (typeof exportKinds)[number], index: number]

function addedExports({ shape, layout, trace }: WritePlan): AddedExport[] {
  const added: AddedExport[] = [
    [abi.gas, 'global', layout.gas],
    [abi.stack, 'global', layout.stack],
    [abi.fault, 'global', layout.fault],
  ]
  if (trace) added.push([abi.trace, 'global', layout.trace])
  if (shape.memory !== null) added.push([abi.memory, 'memory', 0])
  if (shape.start !== null) added.push([abi.start, 'function', layout.functionIndex(shape.start)])
  let mutable = 0
  for (const [index, global] of shape.globals.entries()) {
    if (global.mutable) added.push([`${abi.globalPrefix}${mutable++}`, 'global', index])
  }
  return added
}

function writeElements(out: ByteWriter, plan: WritePlan): void {
  out.u32(plan.shape.elements.length)
  for (const segment of plan.shape.elements) writeElementSegment(out, plan, segment)
}

function writeElementSegment(out: ByteWriter, plan: WritePlan, segment: ElementSegment): void {
  const { shape, layout } = plan
  const { mode, table, at, items } = segment
  const expressions = items.includes(-1)
  const explicit = mode === 'active' && table > 0
  const flags = { active: explicit ? 2 : 0, passive: 1, declarative: 3 }[mode]
  out.u32(flags + (expressions ? 4 : 0))
  if (explicit) out.u32(table)
  if (at !== null) {
    out.copy(shape.bytes, at.start, at.end)
    out.u8(END)
  }
  if (flags !== 0) out.u8(expressions ? valueTypes.funcref : 0)
  out.u32(items.length)
  for (const item of items) {
    if (!expressions) out.u32(layout.functionIndex(item))
    else if (item < 0) writeConstant(out, plan, { kind: 'null' })
    else writeConstant(out, plan, { kind: 'function', index: item })
  }
}

function writeCode(plan: WritePlan, ceilings: Ceilings): CodeWriter {
  const { shape, layout } = plan
  const out = new CodeWriter(shape.bytes.length * 2 + 1_024)
  out.u32(shape.functions.length + layout.added.length)
  writeBodies(plan, out)
  within('instrumentedBytes', out.length)
  for (const entry of layout.added) {
    out.beginBody()
    writeAddedFunction(out, entry, layout, ceilings)
    out.endBody()
  }
  return out
}
