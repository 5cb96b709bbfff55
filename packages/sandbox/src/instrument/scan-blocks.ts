// Blocks and branches: where regions begin and end, and which floats meet.
import { kinds, opcodeKinds } from '../module/opcodes.ts'
import { Refused } from '../module/rejection.ts'
import { type FunctionType, isFloat } from '../module/value-type.ts'
import { blockKinds } from './blocks.ts'
import { opcodeCosts } from './costs.ts'
import { marks } from './marks.ts'
import { exact, place } from './nan-flow.ts'
import { functionFlags } from './scan-result.ts'
import type { ScanState } from './scan-state.ts'

const LOOP = 0x03

export function open(state: ScanState, opcode: number): void {
  const { operands, blocks, cursor, at } = state
  const kind = opcodeKinds[opcode]!
  const type = cursor.blockType(state.shape.types)
  if (kind === kinds.if) operands.pop(1, at)
  enterWith(state, type)
  const base = operands.height - type.params.length
  const result = type.results.length === 1 && isFloat(type.results[0]!) ? state.flow.newPlace() : -1
  blocks.push(blockKindOf(kind), type, base, state.region, result)
  operands.base = base
  state.countEvents(1)
  if (kind === kinds.loop) openLoop(state)
  else state.versions.open(blocks.depth, kind === kinds.if)
  if (kind === kinds.if) state.beginRegion()
}

function blockKindOf(kind: number): number {
  if (kind === kinds.loop) return blockKinds.loop
  return kind === kinds.if ? blockKinds.if : blockKinds.block
}

/** Parameters of a block meet those of a branch back, or are used twice: their bits are settled. */
function enterWith({ operands, at, cursor }: ScanState, { params }: FunctionType): void {
  if (params.length === 0) return
  operands.observeTop(params.length)
  operands.pop(params.length, at)
  operands.pushAll(params, cursor.pos)
}

/** Each iteration pays for the loop instruction, which cost the region before it. */
function openLoop(state: ScanState): void {
  const { blocks } = state
  state.versions.openLoop(blocks.depth)
  blocks.offsets[blocks.depth] = state.at
  blocks.loopsAndCalls[blocks.depth] = ++state.loopsAndCalls
  const price = opcodeCosts[LOOP]!
  state.cost -= price
  state.flags |= functionFlags.loops
  state.beginRegion(marks.charge | marks.loop)
  state.cost += price
}

export function otherwise(state: ScanState): void {
  const { blocks, operands, cursor, at } = state
  const { depth } = blocks
  if (blocks.kinds[depth] !== blockKinds.if) {
    throw new Refused('MALFORMED_BODY', 'an else without its if', at)
  }
  fallThrough(state)
  blocks.kinds[depth] = blockKinds.else
  state.live = true
  state.versions.otherwise(depth)
  operands.height = blocks.bases[depth]!
  operands.pushAll(blocks.types[depth]!.params, cursor.pos)
  state.beginRegion()
}

/** The end of a block. */
export function close(state: ScanState): void {
  const { blocks, operands, cursor } = state
  const { depth } = blocks
  fallThrough(state)
  if (blocks.kinds[depth] === blockKinds.if) withoutElse(state)
  const { results } = blocks.types[depth]!
  const reached = blocks.reached[depth] === 1
  const isLoop = blocks.kinds[depth] === blockKinds.loop
  const region = blocks.regions[depth]!
  const resultPlace = blocks.places[depth]!
  operands.height = blocks.bases[depth]!
  if (isLoop && state.loopsAndCalls > blocks.loopsAndCalls[depth]!) {
    state.result.marks[blocks.offsets[depth]!]! |= marks.outer
  }
  const contained = blocks.pop()
  if (depth === 0) return
  operands.base = blocks.bases[depth - 1]!
  state.live = reached
  if (!reached) {
    state.result.marks[cursor.pos]! |= marks.unreachable
    state.die()
    return
  }
  if (!isLoop) state.versions.close(depth)
  if (resultPlace >= 0) operands.push(results[0]!, place(resultPlace), cursor.pos)
  else operands.pushAll(results, cursor.pos)
  // What follows runs as often as what came before the block if nothing left it for further out.
  if (contained) state.switchRegion(region)
  else state.beginRegion()
}

/** The end of a block is reached from inside, with its results on the stack. */
function fallThrough(state: ScanState): void {
  if (!state.live) return
  const { blocks } = state
  const { depth } = blocks
  carry(state, blocks.types[depth]!.results, blocks.places[depth]!)
  blocks.reached[depth] = 1
  if (blocks.kinds[depth] !== blockKinds.loop && depth > 0) state.versions.goTo(depth)
}

/** Values arrive where others arrive too. */
function carry({ operands, at }: ScanState, types: readonly number[], to: number): void {
  if (types.length === 0) return
  operands.require(types.length, at)
  if (to >= 0) operands.flowTo(to, operands.height - 1)
  else operands.observeTop(types.length)
}

/** If there is no `else`, the parameters are the results. */
function withoutElse({ blocks, flow, versions }: ScanState): void {
  const { depth } = blocks
  blocks.reached[depth] = 1
  versions.skipIf(depth)
  if (blocks.places[depth]! >= 0 && blocks.types[depth]!.params.length > 0) {
    flow.merge(exact, blocks.places[depth]!)
  }
}

export function branch(state: ScanState): void {
  branchTo(state, state.cursor.u32())
  state.die()
}

export function branchIf(state: ScanState): void {
  const label = state.cursor.u32()
  state.operands.pop(1, state.at)
  branchTo(state, label)
  state.beginRegion()
}

export function branchTable(state: ScanState): void {
  const { cursor, operands } = state
  const count = cursor.branchTargets()
  operands.pop(1, state.at)
  for (let index = 0; index <= count; index++) branchTo(state, cursor.u32())
  state.die()
}

export function leave(state: ScanState): void {
  branchTo(state, state.blocks.depth)
  state.die()
}

function branchTo(state: ScanState, label: number): void {
  const { blocks } = state
  const target = blocks.target(label, state.at)
  const toLoop = blocks.kinds[target] === blockKinds.loop
  carry(state, blocks.labelTypes(target), toLoop ? -1 : blocks.places[target]!)
  blocks.branchTo(target)
  state.countEvents(1)
  if (target > 0) state.versions.goTo(target)
}
