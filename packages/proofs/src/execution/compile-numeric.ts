// The instructions that compute, or reach memory: what of i32 there is, except division and
// counting bits, which the datapath has nothing for.
import type { ByteReader } from './byte-reader.ts'
import type { FunctionCompiler } from './function-compiler.ts'
import { comparisons, operations, type Switch, turned } from './instruction.ts'
import { zeroWord } from './machine.ts'
import type { Entry } from './operand-stack.ts'
import { Unfit } from './unfit.ts'

const opcodes = {
  nop: 0x01,
  drop: 0x1a,
  select: 0x1b,
  typedSelect: 0x1c,
  load: 0x28,
  store: 0x36,
  constant: 0x41,
  equalsZero: 0x45,
  shiftLeft: 0x74,
  shiftRightSigned: 0x75,
  shiftRight: 0x76,
  rotateLeft: 0x77,
  rotateRight: 0x78,
  divide: 0x6e,
  remainder: 0x70,
  extend8: 0xc0,
  extend16: 0xc1,
} as const

const binary: Readonly<Record<number, readonly Switch[]>> = {
  106: operations.add,
  107: operations.subtract,
  108: operations.multiply,
  113: operations.and,
  114: operations.or,
  115: operations.xor,
}

/** Comparisons from opcode 0x46 on, and whether their operands change places. */
const comparing = [
  [comparisons.equal, false],
  [comparisons.unequal, false],
  [comparisons.belowSigned, false],
  [comparisons.below, false],
  [comparisons.belowSigned, true],
  [comparisons.below, true],
  [comparisons.atLeastSigned, true],
  [comparisons.atLeast, true],
  [comparisons.atLeastSigned, false],
  [comparisons.atLeast, false],
] as const

/** Compiles an instruction with its immediates; false if it is none of these. */
export function compileNumeric(
  compiler: FunctionCompiler,
  reader: ByteReader,
  opcode: number,
  at: number,
): boolean {
  const { stack } = compiler
  const comparison = comparing[opcode - 0x46]
  if (comparison !== undefined) {
    compare(compiler, comparison[0], comparison[1])
  } else if (binary[opcode] !== undefined) {
    const [b, a] = [stack.popRegister(), stack.popRegister()]
    compiler.assembly.emit(binary[opcode], a, b, stack.pushOwn())
  } else if (opcode === opcodes.constant) {
    stack.push({ kind: 'constant', value: reader.signed() })
  } else if (opcode === opcodes.drop) {
    stack.pop()
  } else if (opcode === opcodes.equalsZero) {
    equalsZero(compiler)
  } else if (opcode === opcodes.select || opcode === opcodes.typedSelect) {
    if (opcode === opcodes.typedSelect) reader.list(() => reader.byte())
    select(compiler)
  } else if (opcode === opcodes.load || opcode === opcodes.store) {
    reachMemory(compiler, reader, opcode === opcodes.store, at)
  } else if (opcode >= opcodes.shiftLeft && opcode <= opcodes.rotateRight) {
    shift(compiler, opcode)
  } else if (opcode === opcodes.divide || opcode === opcodes.remainder) {
    return divide(compiler, opcode === opcodes.divide)
  } else if (opcode === opcodes.extend8 || opcode === opcodes.extend16) {
    extend(compiler, opcode === opcodes.extend8 ? 24 : 16)
  } else {
    return opcode === opcodes.nop
  }
  return true
}

function compare({ stack }: FunctionCompiler, on: readonly Switch[], isSwapped: boolean): void {
  const [b, a] = [stack.popRegister(), stack.popRegister()]
  stack.push({ kind: 'comparison', on, ...(isSwapped ? { a: b, b: a } : { a, b }) })
}

function equalsZero({ stack }: FunctionCompiler): void {
  const entry = stack.pop()
  if (entry.kind === 'comparison') {
    stack.push({ ...entry, on: turned(entry.on) })
  } else {
    stack.push(entry)
    const a = stack.popRegister()
    stack.push({ kind: 'comparison', on: comparisons.equal, a, b: zeroWord })
  }
}

/** The register of the first value takes the second one instead, or the other way round. */
function select({ stack, assembly }: FunctionCompiler): void {
  const condition = stack.popRegister()
  const second = stack.popRegister()
  const first = stack.popRegister()
  const own = stack.pushOwn()
  if (first === own) {
    assembly.emit(operations.pickUnless, second, condition, own)
  } else {
    assembly.emit(operations.move, second, second, own)
    assembly.emit(operations.pickIf, first, condition, own)
  }
}

function reachMemory(
  { stack, assembly }: FunctionCompiler,
  reader: ByteReader,
  isStore: boolean,
  at: number,
): void {
  reader.unsigned()
  const offset = reader.unsigned()
  const value = isStore ? stack.popRegister() : 0
  const entry = stack.pop()
  const isKnown = entry.kind === 'constant'
  const known = offset + (isKnown ? entry.value >>> 0 : 0)
  if (known % 4 !== 0) throw new Unfit('an address that is not a multiple of 4 does not fit', at)
  if (!isKnown) stack.push(entry)
  const address = isKnown ? zeroWord : stack.popRegister()
  const word = known / 4
  if (isStore) {
    assembly.emitMemory(operations.store, 'd', value, address, word)
  } else {
    assembly.emitMemory(operations.load, 'a', word, address, stack.pushOwn())
  }
}

/** A shift by a constant is a product; by a variable, its right form counts from 31 down. */
function shift(compiler: FunctionCompiler, opcode: number): void {
  const entry = compiler.stack.pop()
  if (entry.kind === 'constant') {
    shiftBy(compiler, opcode, entry.value & 31)
  } else {
    compiler.stack.push(entry)
    shiftByVariable(compiler, opcode)
  }
}

function shiftByVariable({ stack, assembly }: FunctionCompiler, opcode: number): void {
  const isRight = opcode !== opcodes.shiftLeft && opcode !== opcodes.rotateLeft
  const spare = stack.ownRegister(stack.height - 1)
  const by = stack.popRegister()
  const a = stack.popRegister()
  if (isRight) assembly.emit(operations.xor, by, assembly.constant(31), spare)
  assembly.emit(shifting[opcode]!.variable, a, isRight ? spare : by, stack.pushOwn())
}

const shifting: Readonly<Record<number, Record<'variable' | 'fixed', readonly Switch[]>>> = {
  [opcodes.shiftLeft]: { variable: operations.shiftLeft, fixed: operations.multiply },
  [opcodes.shiftRightSigned]: {
    variable: operations.shiftRightSigned,
    fixed: operations.multiplyHighSigned,
  },
  [opcodes.shiftRight]: { variable: operations.shiftRight, fixed: operations.multiplyHigh },
  [opcodes.rotateLeft]: { variable: operations.rotateLeft, fixed: operations.multiplyAround },
  [opcodes.rotateRight]: { variable: operations.rotateRight, fixed: operations.multiplyAround },
}

function shiftBy({ stack, assembly }: FunctionCompiler, opcode: number, by: number): void {
  if (by === 0) return
  const isLeft = opcode === opcodes.shiftLeft || opcode === opcodes.rotateLeft
  const factor = assembly.constant(2 ** (isLeft ? by : 32 - by))
  const a = stack.popRegister()
  assembly.emit(shifting[opcode]!.fixed, a, factor, stack.pushOwn())
}

/** By a power of two only: it is a shift, and the remainder is the bits below. */
function divide(compiler: FunctionCompiler, isQuotient: boolean): boolean {
  const { stack, assembly } = compiler
  const entry: Entry = stack.pop()
  if (entry.kind !== 'constant') return false
  const by = Math.log2(entry.value >>> 0)
  if (!Number.isInteger(by)) return false
  if (isQuotient) {
    shiftBy(compiler, opcodes.shiftRight, by)
  } else {
    const a = stack.popRegister()
    const rest = assembly.constant((entry.value >>> 0) - 1)
    assembly.emit(operations.and, a, rest, stack.pushOwn())
  }
  return true
}

function extend(compiler: FunctionCompiler, by: number): void {
  shiftBy(compiler, opcodes.shiftLeft, by)
  shiftBy(compiler, opcodes.shiftRightSigned, by)
}
