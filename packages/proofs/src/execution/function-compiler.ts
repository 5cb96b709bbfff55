// From a function of WASM to instructions of the machine. Locals, globals and the heights of the
// stack become registers; calls are put in place; comparisons become part of the branch they are
// for. One pass, over code that was validated.
import { Assembly, type Label } from './assembly.ts'
import { ByteReader } from './byte-reader.ts'
import { compileNumeric } from './compile-numeric.ts'
import { comparisons, operations, type Switch, turned } from './instruction.ts'
import { valueWord } from './machine.ts'
import { opcodeName } from './opcode-names.ts'
import { OperandStack } from './operand-stack.ts'
import { Unfit } from './unfit.ts'
import { i32, type WasmFunction, type WasmProgram } from './wasm-module.ts'

interface Block {
  readonly kind: 'block' | 'loop' | 'if' | 'function'
  readonly height: number
  /** The register that its result is left in; null without one. */
  readonly result: number | null
  /** Where a branch to it goes. */
  readonly label: Label
  /** Where the condition of an `if` leads when it does not hold. */
  readonly otherwise: Label | null
}

interface Frame {
  readonly locals: readonly number[]
  readonly blocks: Block[]
  readonly index: number
}

export class FunctionCompiler {
  readonly assembly = new Assembly()
  readonly stack = new OperandStack(this.assembly)
  readonly globals = new Map<number, number>()
  readonly #module: WasmProgram
  readonly #frames: Frame[] = []
  /** Registers of callees by depth: a callee that has returned leaves them to the next. */
  readonly #calleeLocals: number[][] = []

  constructor(module: WasmProgram) {
    this.#module = module
  }

  /** The whole of a function, then the instruction that a program ends at. */
  compileWhole(index: number): void {
    const { type } = this.#module.functions[index]!
    const locals = type.params.map(() => this.assembly.register())
    this.#compileBody(index, locals, type.results.length === 0 ? null : valueWord)
    this.assembly.stay()
  }

  #compileBody(index: number, params: readonly number[], result: number | null): void {
    const { type, body } = this.#module.functions[index]!
    if (body === null) throw new Unfit('it calls an import')
    assertNumbers(type, body.at)
    if (this.#frames.some((frame) => frame.index === index)) {
      throw new Unfit('it calls itself', body.at)
    }
    const reader = new ByteReader(this.#module.bytes, body.at, body.end)
    const locals = [...params]
    for (const count of localGroups(reader)) {
      for (let i = 0; i < count; i++) locals.push(this.#localRegister(locals.length))
    }
    if (this.#frames.length > 0) {
      for (const local of locals.slice(params.length)) {
        const zero = this.assembly.constant(0)
        this.assembly.emit(operations.move, zero, zero, local)
      }
    }
    const label: Label = { place: null }
    const height = this.stack.height
    const own: Block = { kind: 'function', height, result, label, otherwise: null }
    this.#frames.push({ locals, blocks: [own], index })
    while (this.#frames.at(-1)!.blocks.length > 0) this.#instruction(reader)
    this.#frames.pop()
  }

  /** One of the function's own, or of the callee that is being put in place. */
  #localRegister(index: number): number {
    const depth = this.#frames.length
    if (depth === 0) return this.assembly.register()
    const list = this.#calleeLocals[depth] ?? []
    this.#calleeLocals[depth] = list
    while (list.length <= index) list.push(this.assembly.register())
    return list[index]!
  }

  get #frame(): Frame {
    return this.#frames.at(-1)!
  }

  #instruction(reader: ByteReader): void {
    const at = reader.at
    const opcode = reader.byte()
    const compile = control[opcode]
    if (compile !== undefined) {
      this[compile](reader, opcode, at)
    } else if (!compileNumeric(this, reader, opcode, at)) {
      throw new Unfit(`${opcodeName(opcode)} does not fit`, at)
    }
  }

  open(reader: ByteReader, opcode: number, at: number): void {
    const type = reader.signed()
    if (type !== -64 && type !== -1) throw new Unfit('a block takes or gives other values', at)
    const kind = opcode === 0x02 ? 'block' : opcode === 0x03 ? 'loop' : 'if'
    const otherwise: Label | null = kind === 'if' ? { place: null } : null
    const condition = kind === 'if' ? this.#condition() : null
    this.stack.settle()
    if (condition !== null) this.#jumpUnless(condition, otherwise!)
    const label: Label = { place: null }
    if (kind === 'loop') this.assembly.place(label)
    const { height } = this.stack
    const result = type === -1 ? this.stack.ownRegister(height) : null
    this.#frame.blocks.push({ kind, height, result, label, otherwise })
  }

  alternative(): void {
    const block = this.#frame.blocks.pop()!
    this.#leaveResult(block)
    this.assembly.jump(block.label)
    this.assembly.place(block.otherwise!)
    this.stack.cutTo(block.height)
    this.#frame.blocks.push({ ...block, otherwise: null })
  }

  end(): void {
    const block = this.#frame.blocks.at(-1)!
    this.#leaveResult(block)
    this.#close(block)
  }

  #close(block: Block): void {
    this.#frame.blocks.pop()
    if (block.otherwise !== null) this.assembly.place(block.otherwise)
    if (block.kind !== 'loop') this.assembly.place(block.label)
    this.stack.cutTo(block.height)
    if (block.result !== null) this.stack.push({ kind: 'register', register: block.result })
  }

  #leaveResult(block: Block): void {
    if (block.result !== null) this.stack.assign(this.stack.pop(), block.result)
  }

  branch(reader: ByteReader): void {
    this.#goTo(this.#target(reader.unsigned()))
    this.#skip(reader)
  }

  leave(reader: ByteReader): void {
    this.#goTo(this.#frame.blocks[0]!)
    this.#skip(reader)
  }

  trap(reader: ByteReader): void {
    this.assembly.stay()
    this.#skip(reader)
  }

  branchIf(reader: ByteReader): void {
    const target = this.#target(reader.unsigned())
    const condition = this.#condition()
    if (!hasValue(target)) {
      this.assembly.jump(target.label, ...condition)
      return
    }
    const over: Label = { place: null }
    this.stack.settle()
    const value = this.stack.pop()
    this.#jumpUnless(condition, over)
    this.stack.assign(value, target.result!)
    this.assembly.jump(target.label)
    this.assembly.place(over)
    this.stack.push(value)
  }

  branchTable(reader: ByteReader, _: number, at: number): void {
    const depths = reader.list(() => reader.unsigned())
    const last = this.#target(reader.unsigned())
    const targets = depths.map((depth) => this.#target(depth))
    if ([...targets, last].some(hasValue)) throw new Unfit('br_table carries a value', at)
    const index = this.stack.popRegister()
    for (const [i, { label }] of targets.entries()) {
      this.assembly.jump(label, comparisons.equal, index, this.assembly.constant(i))
    }
    this.assembly.jump(last.label)
    this.#skip(reader)
  }

  call(reader: ByteReader, _: number, at: number): void {
    const index = reader.unsigned()
    const callee = this.#module.functions[index]!
    if (callee.body === null) throw new Unfit('a call of an import does not fit', at)
    assertNumbers(callee.type, at)
    const { length } = callee.type.params
    const params = callee.type.params.map((_type, i) => this.#localRegister(i))
    for (let i = length - 1; i >= 0; i--) this.stack.assign(this.stack.pop(), params[i]!)
    this.stack.settle()
    const hasResult = callee.type.results.length > 0
    this.#compileBody(index, params, hasResult ? this.stack.ownRegister() : null)
  }

  localGet(reader: ByteReader): void {
    this.stack.push({ kind: 'register', register: this.#frame.locals[reader.unsigned()]! })
  }

  localSet(reader: ByteReader): void {
    this.set(this.#frame.locals[reader.unsigned()]!)
  }

  localTee(reader: ByteReader): void {
    const register = this.#frame.locals[reader.unsigned()]!
    this.set(register)
    this.stack.push({ kind: 'register', register })
  }

  globalGet(reader: ByteReader, _: number, at: number): void {
    this.stack.push({ kind: 'register', register: this.#global(reader.unsigned(), at) })
  }

  globalSet(reader: ByteReader, _: number, at: number): void {
    this.set(this.#global(reader.unsigned(), at))
  }

  set(register: number): void {
    const value = this.stack.pop()
    this.stack.release(register)
    this.stack.assign(value, register)
  }

  #global(index: number, at: number): number {
    if (this.#module.globals[index] == null) {
      throw new Unfit('a global that is imported, or no i32, does not fit', at)
    }
    const known = this.globals.get(index)
    if (known !== undefined) return known
    const register = this.assembly.register()
    this.globals.set(index, register)
    return register
  }

  #goTo(block: Block): void {
    if (hasValue(block)) this.stack.assign(this.stack.pop(), block.result!)
    this.assembly.jump(block.label)
  }

  #target(depth: number): Block {
    const { blocks } = this.#frame
    return blocks[blocks.length - 1 - depth]!
  }

  #condition(): Condition {
    const entry = this.stack.pop()
    if (entry.kind === 'comparison') return [entry.on, entry.a, entry.b]
    this.stack.push(entry)
    return [comparisons.unequal, this.stack.popRegister(), this.assembly.constant(0)]
  }

  #jumpUnless([on, a, b]: Condition, to: Label): void {
    this.assembly.jump(to, turned(on), a, b)
  }

  /** What follows a branch is not reached: up to the end of its block, or to its alternative. */
  #skip(reader: ByteReader): void {
    for (let depth = 0; ; ) {
      const at = reader.at
      const opcode = reader.byte()
      if (opcode === 0x0b && depth-- === 0) {
        this.#close(this.#frame.blocks.at(-1)!)
        return
      }
      if (opcode === 0x05 && depth === 0) {
        const block = this.#frame.blocks.pop()!
        this.assembly.place(block.otherwise!)
        this.stack.cutTo(block.height)
        this.#frame.blocks.push({ ...block, otherwise: null })
        return
      }
      if (opcode >= 0x02 && opcode <= 0x04) depth++
      skipImmediates(reader, opcode, at)
    }
  }
}

type Condition = readonly [on: readonly Switch[], a: number, b: number]

/** By opcode, what takes its immediates and compiles it. */
const control: Readonly<Record<number, ControlName>> = {
  0: 'trap',
  2: 'open',
  3: 'open',
  4: 'open',
  5: 'alternative',
  11: 'end',
  12: 'branch',
  13: 'branchIf',
  14: 'branchTable',
  15: 'leave',
  16: 'call',
  32: 'localGet',
  33: 'localSet',
  34: 'localTee',
  35: 'globalGet',
  36: 'globalSet',
}
type ControlName =
  | 'trap'
  | 'open'
  | 'alternative'
  | 'end'
  | 'branch'
  | 'branchIf'
  | 'branchTable'
  | 'leave'
  | 'call'
  | 'localGet'
  | 'localSet'
  | 'localTee'
  | 'globalGet'
  | 'globalSet'

function hasValue({ kind, result }: Block): boolean {
  return kind !== 'loop' && result !== null
}

function localGroups(reader: ByteReader): number[] {
  return reader.list(() => {
    const count = reader.unsigned()
    const at = reader.at
    if (reader.byte() !== i32) throw new Unfit('a local is not an i32', at)
    return count
  })
}

function assertNumbers({ params, results }: WasmFunction['type'], at: number): void {
  if ([...params, ...results].some((type) => type !== i32)) {
    throw new Unfit('a function takes or gives something other than i32', at)
  }
  if (results.length > 1) throw new Unfit('a function gives several values', at)
}

/** Over what follows an opcode, for all that can follow in code that is never reached. */
function skipImmediates(reader: ByteReader, opcode: number, at: number): void {
  if (opcode === 0x0e) reader.list(() => reader.unsigned())
  if (opcode === 0x11 || (opcode >= 0x28 && opcode <= 0x3e)) reader.unsigned()
  if (opcode === 0x41 || (opcode >= 0x02 && opcode <= 0x04)) reader.signed()
  else if (opcode === 0x42) while (reader.byte() >= 0x80);
  else if (opcode === 0x43) reader.take(4)
  else if (opcode === 0x44) reader.take(8)
  else if (withIndex.has(opcode) || (opcode >= 0x28 && opcode <= 0x40)) reader.unsigned()
  else if (opcode === 0x1c) reader.take(reader.unsigned())
  else if (opcode > 0xc4) throw new Unfit(`${opcodeName(opcode)} does not fit`, at)
}

const withIndex = new Set([
  0x0c, 0x0d, 0x0e, 0x10, 0x11, 0x12, 0x13, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0xd0, 0xd2,
])
