// Instructions that move and make values.
import {
  kinds,
  nanEffects,
  opcodeKinds,
  opcodeNanEffects,
  operandCounts,
  resultTypes,
} from '../module/opcodes.ts'
import { Refused } from '../module/rejection.ts'
import { isFloat, valueTypes } from '../module/value-type.ts'
import { certain, exact, pending, place } from './nan-flow.ts'
import type { ScanState } from './scan-state.ts'

/** An instruction whose operands and result have fixed types. */
export function fixed(state: ScanState, opcode: number): void {
  const { operands, cursor } = state
  const effect = opcodeNanEffects[opcode]!
  let source: number = certain
  if (effect !== nanEffects.none) source = floatResult(state, opcode, effect)
  operands.pop(operandCounts[opcode]!, state.at)
  const result = resultTypes[opcode]!
  if (result !== 0) operands.push(result, source, cursor.pos)
}

function floatResult(state: ScanState, opcode: number, effect: number): number {
  const { operands } = state
  switch (effect) {
    case nanEffects.arithmetic:
      return pending
    case nanEffects.exact:
      return exact
    case nanEffects.abs:
      return operands.height > operands.base ? operands.source(operands.height - 1) : certain
    case nanEffects.sign:
      operands.observeTop(operandCounts[opcode]!)
      return exact
    case nanEffects.stores:
      operands.observeStored(state.at)
      return certain
    default:
      operands.observeTop(1)
      return certain
  }
}

export function floatConstant(state: ScanState, opcode: number): void {
  const { cursor, operands } = state
  const single = opcodeKinds[opcode] === kinds.f32
  const start = cursor.pos
  cursor.skip(single ? 4 : 8)
  const last = cursor.bytes[cursor.pos - 1]! & 0x7f
  const before = cursor.bytes[cursor.pos - 2]!
  // All bits of the exponent are set: infinite or a NaN. Canonical NaNs are not worth a look.
  const special = last === 0x7f && (single ? before >= 0x80 : before >= 0xf0)
  const type = single ? valueTypes.f32 : valueTypes.f64
  operands.push(type, special ? exact : certain, start + (single ? 4 : 8))
}

export function localGet(state: ScanState): void {
  const { cursor, operands, versions } = state
  const index = cursor.u32()
  const type = state.locals.type(index, state.at)
  operands.push(type, isFloat(type) ? versions.get(index) : certain, cursor.pos)
}

export function localSet(state: ScanState): void {
  const index = state.cursor.u32()
  const type = state.locals.type(index, state.at)
  state.operands.pop(1, state.at)
  if (isFloat(type)) assign(state, index)
}

export function localTee(state: ScanState): void {
  const { cursor, operands, versions } = state
  const index = cursor.u32()
  const type = state.locals.type(index, state.at)
  operands.pop(1, state.at)
  if (isFloat(type)) assign(state, index)
  operands.push(type, isFloat(type) ? versions.get(index) : certain, cursor.pos)
}

/** The value that was just popped is the new version of a local. */
function assign({ operands, versions, flow }: ScanState, local: number): void {
  const source = operands.source(operands.height)
  if (source !== pending) {
    versions.set(local, source)
    return
  }
  const made = flow.newPlace()
  operands.flowTo(made, operands.height)
  versions.set(local, place(made))
}

export function globalGet(state: ScanState): void {
  const { type } = globalAt(state)
  state.operands.push(type, isFloat(type) ? exact : certain, state.cursor.pos)
}

export function globalSet(state: ScanState): void {
  globalAt(state)
  state.operands.observeTop(1)
  state.operands.pop(1, state.at)
}

function globalAt({ cursor, shape, at }: ScanState) {
  const index = cursor.u32()
  const global = shape.globals[index]
  if (global === undefined) throw new Refused('INVALID_INDEX', `there is no global ${index}`, at)
  return global
}

export function drop({ operands, at }: ScanState): void {
  operands.pop(1, at)
}

export function select(state: ScanState, opcode: number): void {
  const { operands, cursor, at } = state
  if (opcodeKinds[opcode] === kinds.selectTyped) cursor.selectType()
  operands.pop(3, at)
  const first = operands.height
  const type = operands.type(first)
  const source = isFloat(type) ? joined(state, first) : certain
  operands.push(type, source, cursor.pos)
}

/** What is known of the one of two floats that a select takes. */
function joined({ operands, flow }: ScanState, first: number): number {
  const [a, b] = [operands.source(first), operands.source(first + 1)]
  if (a === b || b === certain) return a
  if (a === certain) return b
  const join = flow.newPlace()
  operands.flowTo(join, first)
  operands.flowTo(join, first + 1)
  return place(join)
}

export function tableAccess(state: ScanState, opcode: number): void {
  tableAt(state)
  const get = opcodeKinds[opcode] === kinds.tableGet
  state.operands.pop(get ? 1 : 2, state.at)
  if (get) state.operands.push(valueTypes.funcref, certain, state.cursor.pos)
}

export function tableAt({ cursor, shape, at }: ScanState): number {
  const index = cursor.u32()
  if (index >= shape.tables.length) {
    throw new Refused('INVALID_INDEX', `there is no table ${index}`, at)
  }
  return index
}

export function reference(state: ScanState, opcode: number): void {
  const { cursor, operands, result, at } = state
  if (opcodeKinds[opcode] === kinds.refFunc) {
    const index = cursor.u32()
    if (index >= result.addressTaken.length) {
      throw new Refused('INVALID_INDEX', `there is no function ${index}`, at)
    }
    result.addressTaken[index] = 1
  } else cursor.skipImmediates(opcode, state.shape.types)
  operands.push(valueTypes.funcref, certain, cursor.pos)
}
