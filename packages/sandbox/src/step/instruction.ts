// Which instruction a machine is about to make: where it stands in the instrumented bytes, its
// words, and its operands.
import { CodeCursor } from '../module/code-cursor.ts'
import { kinds, opcodeKinds, opcodeNames, operandCounts, signatures } from '../module/opcodes.ts'
import { valueTypes } from '../module/value-type.ts'
import { operandEffects } from './immediates.ts'
import { header, slotBytes } from './layout.ts'
import type { StepMachine } from './machine.ts'
import { readSigned } from './signed.ts'
import { numberOf } from './slots.ts'
import type { State } from './state.ts'
import type { StepProgram } from './step-program.ts'

export interface Instruction {
  /** Null in the code that begins a run, before any function of the module. */
  readonly function: number | null
  /** In the instrumented bytes. */
  readonly offset: number | null
  readonly text: string
  /** The lowest first. */
  readonly operands: readonly string[]
}

/** A place in a function that the module defines. */
interface Place {
  readonly function: number
  readonly offset: number
}

/** The next instruction of a machine. */
export function instructionAt({ program, state }: StepMachine): Instruction {
  const place = placeOf(program, state.word(header.pc))
  if (place === null) {
    const text = opcodeNames[state.word(state.word(header.pc))] || 'the end of the run'
    return { function: null, offset: null, text, operands: [] }
  }
  const cursor = new CodeCursor(program.bytes, place.offset)
  const opcode = cursor.opcode()
  const text = `${opcodeNames[opcode]}${immediateText(cursor, opcode)}`
  return { ...place, text, operands: operandTexts(program, state, place, opcode) }
}

/** How many operands the function that runs has on the stack; 0 in the code that begins a run. */
export function operandCount({ program, state }: StepMachine): number {
  const place = placeOf(program, state.word(header.pc))
  if (place === null) return 0
  const { imports } = program.module
  const { localCount } = program.functions[place.function - imports.length]!
  const locals = localCount + program.functionTypes[place.function]!.params.length
  const savedAt = state.word(header.fp) + locals * slotBytes
  return (state.word(header.sp) - savedAt) / slotBytes
}

function placeOf({ regions, operations, offsets, module }: StepProgram, pc: number): Place | null {
  const word = (pc - regions.codeAt) / 4
  const index = lastUpTo(operations, word)
  if (operations[index] !== word) return null
  const offset = offsets[index]!
  const body = lastUpTo(
    module.bodies.map(({ start }) => start),
    offset,
  )
  return { function: module.imports.length + body, offset }
}

/** The last place of an ascending list that is not above a number. */
function lastUpTo(list: ArrayLike<number>, most: number): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (list[middle]! <= most) low = middle + 1
    else high = middle
  }
  return low - 1
}

const floatWidths: Readonly<Record<number, 4 | 8>> = { [kinds.f32]: 4, [kinds.f64]: 8 }

function immediateText(cursor: CodeCursor, opcode: number): string {
  const kind = opcodeKinds[opcode]!
  if (kind === kinds.memory) {
    cursor.skip(1)
    const offset = cursor.u32()
    return offset === 0 ? '' : ` offset=${offset}`
  }
  if (kind === kinds.i32 || kind === kinds.i64) return ` ${readSigned(cursor)}`
  const width = floatWidths[kind]
  if (width !== undefined) {
    const view = new DataView(cursor.bytes.buffer, cursor.bytes.byteOffset + cursor.pos, width)
    return ` ${width === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true)}`
  }
  const named: readonly number[] = [
    ...[kinds.br, kinds.brIf, kinds.call, kinds.localGet, kinds.localSet, kinds.localTee],
    ...[kinds.globalGet, kinds.globalSet, kinds.refFunc],
  ]
  return named.includes(kind) ? ` ${cursor.u32()}` : ''
}

const letters: Readonly<Record<string, number>> = {
  i: valueTypes.i32,
  I: valueTypes.i64,
  f: valueTypes.f32,
  F: valueTypes.f64,
}

function operandTexts(
  program: StepProgram,
  state: State,
  place: Place,
  opcode: number,
): readonly string[] {
  const operands = signatures[opcode]!.split('>')[0]!
  const count = operandsTaken(program, place, opcode) ?? operandCounts[opcode]!
  return Array.from({ length: count }, (_, i) => {
    const slot = state.operand(count - 1 - i)
    const type = letters[operands[i] ?? '']
    return type === undefined ? slotText(slot) : numberText(numberOf(type, slot))
  })
}

/** Where the table of instructions does not say. */
function operandsTaken(program: StepProgram, { offset }: Place, opcode: number): number | null {
  const kind = opcodeKinds[opcode]!
  if (kind === kinds.if || kind === kinds.brIf || kind === kinds.brTable) return 1
  if (kind === kinds.call) {
    const cursor = new CodeCursor(program.bytes, offset + 1)
    return program.functionTypes[cursor.u32()]!.params.length
  }
  if (kind === kinds.callIndirect) {
    const cursor = new CodeCursor(program.bytes, offset + 1)
    return 1 + program.module.types[cursor.u32()]!.params.length
  }
  return operandEffects[kind]?.[0] ?? null
}

/** A slot of a type that the instruction does not tell. */
export function slotText(slot: bigint): string {
  return `0x${slot.toString(16)}`
}

function numberText(value: number | bigint): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

/** The top after an instruction, in the type that it gives. */
export function resultText(state: State, instruction: Instruction): string {
  const name = instruction.text.split(' ')[0]!
  const type = letters[signatures[opcodeNames.indexOf(name)]?.split('>')[1] ?? '']
  const slot = state.slot(header.top)
  return type === undefined ? slotText(slot) : numberText(numberOf(type, slot))
}
