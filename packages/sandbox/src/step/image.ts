// The state before the first step: what the instance of a module is, as bytes.
import { hexToBytes } from '@noble/hashes/utils.js'
import { pageBytes as guestPageBytes } from '../run/memory-tree.ts'
import { inputDigest } from '../run/receipt-fields.ts'
import type { RunRequest } from '../run/request.ts'
import { functionAt } from './immediates.ts'
import {
  functionFields,
  header,
  type Layout,
  segmentFields,
  slotBytes,
  tableFields,
} from './layout.ts'
import type { Constant } from './read-sections.ts'
import type { State } from './state.ts'
import type { StepProgram } from './step-program.ts'

/** A segment lies beyond its table or memory: to the module that is a trap before it began. */
export class SegmentBeyond extends Error {}

export function writeImage(
  state: State,
  program: StepProgram,
  layout: Layout,
  begin: Int32Array,
  request: RunRequest,
): void {
  writeHeader(state, program, layout, request)
  const globals = program.module.globals
  for (const [i, { init }] of globals.entries()) {
    state.setSlot(layout.globalsAt + i * slotBytes, slotOfConstant(program, init))
  }
  writeFunctions(state, program)
  writeTables(state, program, layout)
  writeElements(state, program, layout)
  writeData(state, program, layout)
  new Int32Array(state.memory.buffer, layout.codeAt, program.code.length).set(program.code)
  new Int32Array(state.memory.buffer, layout.beginningAt, begin.length).set(begin)
}

function writeHeader(
  state: State,
  { memory }: StepProgram,
  layout: Layout,
  request: RunRequest,
): void {
  state.setWord(header.pc, layout.beginningAt)
  state.setWord(header.sp, layout.stackAt)
  state.setWord(header.fp, layout.stackAt)
  state.setWord(header.stackEnd, layout.stackEnd)
  state.setWord(header.stackHigh, layout.stackAt + slotBytes)
  state.setWord(header.guestPages, memory?.min ?? 0)
  state.setWord(header.guestPagesMax, memory?.max ?? 0)
  state.setWord(header.guestAt, layout.guestAt)
  state.bytes().set(hexToBytes(inputDigest(request)), header.input)
}

function slotOfConstant({ regions }: StepProgram, constant: Constant): bigint {
  if ('bits' in constant) return constant.bits
  return BigInt(constant.function === null ? 0 : functionAt(regions, constant.function))
}

function writeFunctions(state: State, program: StepProgram): void {
  const { functionTypes, functions, module, typeNumbers, regions } = program
  for (const [index, { params }] of functionTypes.entries()) {
    const at = functionAt(regions, index)
    const defined = functions[index - module.imports.length]
    state.setWord(at + functionFields.paramBytes, params.length * slotBytes)
    state.setWord(at + functionFields.type, typeNumbers[index]!)
    if (defined === undefined) {
      state.setWord(at + functionFields.import, index)
      continue
    }
    const { entry, localCount, operandsMax } = defined
    state.setWord(at + functionFields.entry, entry)
    state.setWord(at + functionFields.localBytes, localCount * slotBytes)
    // With the saved place, and one more: the top's slot is written when another is pushed.
    state.setWord(at + functionFields.frameBytes, (localCount + operandsMax + 2) * slotBytes)
  }
}

function writeTables(state: State, { tables }: StepProgram, layout: Layout): void {
  for (const [i, { min, max }] of tables.entries()) {
    const at = layout.tablesAt + i * tableFields.bytes
    state.setWord(at + tableFields.at, layout.elementsOfTablesAt[i]!)
    state.setWord(at + tableFields.size, min)
    state.setWord(at + tableFields.max, max)
  }
}

function writeElements(state: State, program: StepProgram, layout: Layout): void {
  let segmentAt = layout.segmentsAt
  for (const [i, { mode, table, offset, items }] of program.module.elements.entries()) {
    if (mode === 'declarative') continue
    let at = segmentAt
    if (mode === 'active') {
      if (offset + items.length > program.tables[table]!.min) throw new SegmentBeyond()
      at = layout.elementsOfTablesAt[table]! + offset * 4
    } else {
      const descriptor = layout.elementsAt + i * segmentFields.bytes
      state.setWord(descriptor + segmentFields.at, segmentAt)
      state.setWord(descriptor + segmentFields.length, items.length)
      segmentAt += items.length * 4
    }
    for (const [j, item] of items.entries()) {
      state.setWord(at + j * 4, item === null ? 0 : functionAt(program.regions, item))
    }
  }
}

function writeData(state: State, program: StepProgram, layout: Layout): void {
  const { elements, data } = program.module
  const passive = elements.filter(({ mode }) => mode === 'passive')
  let segmentAt = passive.reduce((at, { items }) => at + items.length * 4, layout.segmentsAt)
  const whole = state.bytes()
  for (const [i, { mode, offset, range }] of data.entries()) {
    const bytes = program.bytes.subarray(range.start, range.end)
    if (mode === 'active') {
      if (offset + bytes.length > state.guestPages * guestPageBytes) throw new SegmentBeyond()
      whole.set(bytes, layout.guestAt + offset)
      continue
    }
    const descriptor = layout.dataAt + i * segmentFields.bytes
    state.setWord(descriptor + segmentFields.at, segmentAt)
    state.setWord(descriptor + segmentFields.length, bytes.length)
    whole.set(bytes, segmentAt)
    segmentAt += bytes.length
  }
}
