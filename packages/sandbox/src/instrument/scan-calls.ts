// Calls, and the instructions that are written as calls of functions of ours.
import { Refused } from '../module/rejection.ts'
import { typeIndexOf } from '../module/shape.ts'
import { type FunctionType, valueTypes } from '../module/value-type.ts'
import { certain } from './nan-flow.ts'
import { functionFlags } from './scan-result.ts'
import type { ScanState } from './scan-state.ts'
import { fixed, tableAt } from './scan-values.ts'

export function call(state: ScanState): void {
  const { cursor, shape, result } = state
  const index = cursor.u32()
  if (index >= shape.imports.length + shape.functions.length) {
    throw new Refused('INVALID_INDEX', `there is no function ${index}`, state.at)
  }
  result.callees.push(index)
  result.callRegions.push(state.region)
  callOf(state, shape.types[typeIndexOf(shape, index)]!)
}

export function callIndirect(state: ScanState): void {
  const { cursor, shape, operands, at } = state
  const index = cursor.u32()
  const type = shape.types[index]
  if (type === undefined) throw new Refused('INVALID_INDEX', `there is no type ${index}`, at)
  tableAt(state)
  operands.pop(1, at)
  state.flags |= functionFlags.callsIndirectly
  callOf(state, type)
}

/** What a function is given and gives back has exact bits. */
function callOf(state: ScanState, { params, results }: FunctionType): void {
  const { operands, cursor } = state
  state.flags |= functionFlags.calls
  state.loopsAndCalls++
  state.countEvents(1)
  operands.require(params.length, state.at)
  operands.observeTop(params.length)
  operands.pop(params.length, state.at)
  operands.pushAll(results, cursor.pos)
}

export function memorySize({ cursor, operands }: ScanState): void {
  cursor.memoryIndex()
  operands.push(valueTypes.i32, certain, cursor.pos)
}

export function memoryGrow(state: ScanState): void {
  const { operands, result, at } = state
  operands.pop(1, at)
  memorySize(state)
  result.usesMemoryGrow = true
  state.flags |= functionFlags.bulk
}

export function memoryBulk(state: ScanState, opcode: number): void {
  state.result.usesMemoryBulk = true
  bulk(state, opcode)
}

export function tableBulk(state: ScanState, opcode: number): void {
  state.result.usesTableBulk = true
  bulk(state, opcode)
}

function bulk(state: ScanState, opcode: number): void {
  state.flags |= functionFlags.bulk
  state.cursor.skipImmediates(opcode, state.shape.types)
  fixed(state, opcode)
}

export function tableGrow(state: ScanState, opcode: number): void {
  state.flags |= functionFlags.bulk
  state.result.grownTables.add(tableAt(state))
  fixed(state, opcode)
}
