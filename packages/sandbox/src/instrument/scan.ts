// The first pass over the code: follows each function once, with its blocks and operands, and notes
// where gas is charged, where NaNs become canonical, what cannot run, and who calls whom.
// Operand types are not checked, only that there are enough: the engine's validation follows.
import { within } from '../module/bounds.ts'
import { kinds, opcodeKinds } from '../module/opcodes.ts'
import { Refused } from '../module/rejection.ts'
import type { ModuleShape } from '../module/shape.ts'
import type { FunctionType } from '../module/value-type.ts'
import { blockKinds } from './blocks.ts'
import { dynamicPrices, opcodeCosts } from './costs.ts'
import { marks } from './marks.ts'
import type { NanFlow } from './nan-flow.ts'
import { branch, branchIf, branchTable, close, leave, open, otherwise } from './scan-blocks.ts'
import {
  call,
  callIndirect,
  memoryBulk,
  memoryGrow,
  memorySize,
  tableBulk,
  tableGrow,
} from './scan-calls.ts'
import { functionFlags, type ScanResult } from './scan-result.ts'
import { ScanState } from './scan-state.ts'
import {
  drop,
  fixed,
  floatConstant,
  globalGet,
  globalSet,
  localGet,
  localSet,
  localTee,
  reference,
  select,
  tableAccess,
} from './scan-values.ts'

/** Scans every function. Throws `Refused` at what is malformed, unsupported or out of bounds. */
export function scanModule(shape: ModuleShape): ScanResult {
  const state = new ScanState(shape)
  const { result } = state
  for (const [index, type] of shape.functions.entries()) {
    scanFunction(state, index, shape.types[type]!)
  }
  result.firstRegion[shape.functions.length] = result.regionCosts.length
  result.firstCall[shape.functions.length] = result.callees.length
  noteAddresses(shape, result)
  return result
}

function scanFunction(state: ScanState, index: number, type: FunctionType): void {
  const { result, cursor, blocks, operands, locals } = state
  const body = state.shape.bodies[index]!
  cursor.pos = body.start
  cursor.end = body.end
  locals.read(cursor, type)
  state.flow.begin()
  state.versions.begin(locals)
  operands.clear()
  state.live = true
  state.events = 1
  state.flags = 0
  result.firstRegion[index] = result.regionCosts.length
  result.firstCall[index] = result.callees.length
  state.beginRegion()
  state.cost = Math.floor((locals.count - locals.parameters) / dynamicPrices.localsPerGas)
  blocks.depth = -1
  blocks.push(blockKinds.block, { params: [], results: type.results }, 0, state.region, -1)
  while (blocks.depth >= 0) step(state)
  if (cursor.pos !== cursor.end) {
    throw new Refused('MALFORMED_BODY', `function ${index} goes on behind its end`, cursor.pos)
  }
  state.switchRegion(0)
  state.flow.resolve()
  result.flags[index] = state.flags | nanFlags(state.flow)
  result.localCounts[index] = locals.count
  result.operandsMax[index] = operands.heightMax
  noteComplexity(state)
}

function nanFlags({ marked, stored }: NanFlow): number {
  const stores = (marked & marks.storesNan) !== 0
  const types = stores ? marked | stored : marked
  return (
    ((types & marks.nanF32) === 0 ? 0 : functionFlags.nanF32) |
    ((types & marks.nanF64) === 0 ? 0 : functionFlags.nanF64) |
    (stores ? functionFlags.storesNan : 0)
  )
}

function noteComplexity({ result, cursor, locals, operands, events }: ScanState): void {
  const complexity = (locals.count + operands.heightMax + 1) * events
  within('functionComplexity', complexity, cursor.end)
  result.complexity += complexity
  within('moduleComplexity', result.complexity, cursor.end)
  result.largestFunctionComplexity = Math.max(result.largestFunctionComplexity, complexity)
}

function step(state: ScanState) {
  const { cursor } = state
  state.at = cursor.pos
  const opcode = cursor.opcode()
  state.cost += opcodeCosts[opcode]!
  state.result.opcodesSeen[opcode] = 1
  switch (opcodeKinds[opcode]) {
    case kinds.localGet:
      return localGet(state)
    case kinds.localSet:
      return localSet(state)
    case kinds.localTee:
      return localTee(state)
    case kinds.plain:
      return fixed(state, opcode)
    case kinds.memory:
      cursor.memoryOperand()
      return fixed(state, opcode)
    case kinds.i32:
      cursor.skipSigned(32)
      return fixed(state, opcode)
    case kinds.i64:
      cursor.skipSigned(64)
      return fixed(state, opcode)
    case kinds.block:
    case kinds.loop:
    case kinds.if:
      return open(state, opcode)
    case kinds.end:
      return close(state)
    case kinds.br:
      return branch(state)
    case kinds.brIf:
      return branchIf(state)
    case kinds.call:
      return call(state)
    case kinds.globalGet:
      return globalGet(state)
    case kinds.globalSet:
      return globalSet(state)
    default:
      return rarer(state, opcode)
  }
}

function rarer(state: ScanState, opcode: number) {
  switch (opcodeKinds[opcode]) {
    case kinds.f32:
    case kinds.f64:
      return floatConstant(state, opcode)
    case kinds.else:
      return otherwise(state)
    case kinds.brTable:
      return branchTable(state)
    case kinds.return:
      return leave(state)
    case kinds.unreachable:
      return state.die()
    case kinds.callIndirect:
      return callIndirect(state)
    case kinds.drop:
      return drop(state)
    case kinds.select:
    case kinds.selectTyped:
      return select(state, opcode)
    case kinds.memorySize:
      return memorySize(state)
    case kinds.memoryGrow:
      return memoryGrow(state)
    case kinds.memoryInit:
    case kinds.memoryCopy:
    case kinds.memoryFill:
      return memoryBulk(state, opcode)
    case kinds.tableInit:
    case kinds.tableCopy:
    case kinds.tableFill:
      return tableBulk(state, opcode)
    case kinds.tableGrow:
      return tableGrow(state, opcode)
    case kinds.tableGet:
    case kinds.tableSet:
      return tableAccess(state, opcode)
    case kinds.refNull:
    case kinds.refFunc:
      return reference(state, opcode)
    default:
      // dataDrop, elemDrop, tableSize: immediates and nothing but what their row says.
      state.cursor.skipImmediates(opcode, state.shape.types)
      return fixed(state, opcode)
  }
}

/** Functions in element segments or constants can be called through a table. */
function noteAddresses({ elements, globals }: ModuleShape, { addressTaken }: ScanResult): void {
  for (const { items } of elements) for (const item of items) if (item >= 0) addressTaken[item] = 1
  for (const { init } of globals) if (init.kind === 'function') addressTaken[init.index] = 1
}
