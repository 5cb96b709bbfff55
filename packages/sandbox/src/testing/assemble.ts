// Instructions in words to bytes, for tests: `local.get 0 i32.const 1 i32.add`. Blocks name their
// type behind a colon (`block:i32`, `if:type3`); br_table lists its targets with commas, the
// default last; loads and stores may give `@offset`; floats may be given by their bits (`f64.const
// bits:7ff8...`).
import { kinds, opcodeKinds, opcodeNames, PREFIXED } from '../module/opcodes.ts'
import { type ValueTypeName, valueTypes } from '../module/value-type.ts'

const opcodes = new Map(
  opcodeNames.flatMap((name, opcode) => (name === '' ? [] : [[name, opcode]])),
)

/** The bytes of a sequence of instructions, without the closing `end`. */
export function assemble(text: string): number[] {
  const words = text.trim().split(/\s+/).reverse()
  const bytes: number[] = []
  while (words.length > 0 && words.at(-1) !== '') bytes.push(...instruction(words))
  return bytes
}

export function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...unsigned(Math.floor(value / 0x80))]
}

export function signed(value: bigint | number): number[] {
  const number = BigInt(value)
  const low = Number(number & 0x7fn)
  const rest = number >> 7n
  const done = (rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40)
  return done ? [low] : [low | 0x80, ...signed(rest)]
}

/** A length and a text. */
export function named(text: string): number[] {
  const bytes = [...new TextEncoder().encode(text)]
  return [...unsigned(bytes.length), ...bytes]
}

function instruction(words: string[]): number[] {
  const [name, type] = words.pop()!.split(':')
  const opcode = opcodes.get(name!)
  if (opcode === undefined) throw new RangeError(`no instruction is named ${name}`)
  const bytes = opcode < PREFIXED ? [opcode] : [0xfc, ...unsigned(opcode - PREFIXED)]
  return [...bytes, ...immediates(opcode, type, words)]
}

function immediates(opcode: number, type: string | undefined, words: string[]): number[] {
  switch (opcodeKinds[opcode]) {
    case kinds.memory:
      return [naturalAlignment(opcode), ...unsigned(offset(words))]
    case kinds.i32:
      return signed(Number(words.pop()) | 0)
    case kinds.i64:
      return signed(BigInt.asIntN(64, BigInt(words.pop()!)))
    case kinds.f32:
      return floatBytes(4, words.pop()!)
    case kinds.f64:
      return floatBytes(8, words.pop()!)
    case kinds.block:
    case kinds.loop:
    case kinds.if:
      return blockType(type)
    case kinds.brTable: {
      const targets = words.pop()!.split(',').map(Number)
      return [...unsigned(targets.length - 1), ...targets.flatMap(unsigned)]
    }
    case kinds.selectTyped:
      return [1, valueTypes[type as ValueTypeName]]
    case kinds.refNull:
      return [valueTypes.funcref]
    default:
      return indices(opcode, words)
  }
}

function indices(opcode: number, words: string[]): number[] {
  const take = (count: number) =>
    Array.from({ length: count }, () => unsigned(Number(words.pop()))).flat()
  switch (opcodeKinds[opcode]) {
    case kinds.memorySize:
    case kinds.memoryGrow:
    case kinds.memoryFill:
      return [0]
    case kinds.memoryCopy:
      return [0, 0]
    case kinds.memoryInit:
      return [...take(1), 0]
    case kinds.callIndirect:
    case kinds.tableInit:
    case kinds.tableCopy:
      return take(2)
    case kinds.plain:
    case kinds.unreachable:
    case kinds.else:
    case kinds.end:
    case kinds.return:
    case kinds.drop:
    case kinds.select:
      return []
    default:
      return take(1)
  }
}

function offset(words: string[]): number {
  return words.at(-1)?.startsWith('@') === true ? Number(words.pop()!.slice(1)) : 0
}

function naturalAlignment(opcode: number): number {
  const name = opcodeNames[opcode]!
  const bits = /(?:load|store)(8|16|32)/.exec(name)?.[1] ?? name.slice(1, 3)
  return Math.log2(Number(bits) / 8)
}

function blockType(type: string | undefined): number[] {
  if (type === undefined) return [0x40]
  if (type.startsWith('type')) return signed(Number(type.slice(4)))
  return [valueTypes[type as ValueTypeName]]
}

function floatBytes(size: 4 | 8, word: string): number[] {
  const view = new DataView(new ArrayBuffer(size))
  const bits = /^bits:([0-9a-f]+)$/.exec(word)?.[1]
  if (bits !== undefined) {
    if (size === 4) view.setUint32(0, Number.parseInt(bits, 16), true)
    else view.setBigUint64(0, BigInt(`0x${bits}`), true)
  } else if (size === 4) view.setFloat32(0, Number(word), true)
  else view.setFloat64(0, Number(word), true)
  return [...new Uint8Array(view.buffer)]
}
