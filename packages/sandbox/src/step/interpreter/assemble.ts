// Instructions in words to bytes. Locals, labels and functions go by name: `local.get $sp`,
// `loop $next ... br $next end`, `call $mark`. Loads and stores may give an offset, `i64.load +8`;
// the alignment is only a hint and left at one byte.
import { ByteWriter } from '../../module/byte-writer.ts'
import { kinds, opcodeKinds, opcodeNames, PREFIXED } from '../../module/opcodes.ts'

/** Indices by name, the `$` left out. */
export interface Names {
  readonly locals: Readonly<Record<string, number>>
  readonly functions: Readonly<Record<string, number>>
}

const opcodes = new Map(opcodeNames.map((name, opcode) => [name, opcode]))
const VOID = 0x40

/** The bytes of a body's instructions, its own `end` included. */
export function assembleBody(text: string, names: Names): Uint8Array {
  const out = new ByteWriter(text.length)
  const words = text.split(/\s+/).filter((word) => word !== '')
  const labels: string[] = []
  for (let at = 0; at < words.length; ) {
    const name = words[at++]!
    const opcode = opcodes.get(name)
    if (opcode === undefined) throw new RangeError(`no instruction is named ${name}`)
    if (opcode < PREFIXED) out.u8(opcode)
    else {
      out.u8(0xfc)
      out.u32(opcode - PREFIXED)
    }
    const immediate = /^[$+\d-]/.test(words[at] ?? '') ? words[at]! : null
    if (writeImmediates(out, opcode, immediate, labels, names)) at += 1
  }
  out.u8(0x0b)
  return out.finished()
}

/** Whether it used the word given. */
function writeImmediates(
  out: ByteWriter,
  opcode: number,
  word: string | null,
  labels: string[],
  { locals, functions }: Names,
): boolean {
  switch (opcodeKinds[opcode]) {
    case kinds.memory:
      out.u8(0)
      out.u32(word === null ? 0 : Number(word))
      return word !== null
    case kinds.block:
    case kinds.loop:
    case kinds.if:
      out.u8(VOID)
      labels.push(word ?? '')
      return word !== null
    case kinds.end:
      labels.pop()
      return false
    case kinds.br:
    case kinds.brIf:
      out.u32(labels.length - 1 - known(labels.lastIndexOf(word!), word))
      return true
    case kinds.brTable: {
      const targets = word!.split(',')
      out.u32(targets.length - 1)
      for (const label of targets)
        out.u32(labels.length - 1 - known(labels.lastIndexOf(label), label))
      return true
    }
    case kinds.localGet:
    case kinds.localSet:
    case kinds.localTee:
      out.u32(known(locals[word!.slice(1)], word))
      return true
    case kinds.call:
      out.u32(known(functions[word!.slice(1)], word))
      return true
    default:
      return writeConstant(out, opcode, word)
  }
}

function writeConstant(out: ByteWriter, opcode: number, word: string | null): boolean {
  switch (opcodeKinds[opcode]) {
    case kinds.i32:
      out.s32(Number(word))
      return true
    case kinds.i64:
      writeLong(out, BigInt(word!))
      return true
    case kinds.f32:
      out.all(new Uint8Array(Float32Array.of(Number(word)).buffer))
      return true
    case kinds.f64:
      out.all(new Uint8Array(Float64Array.of(Number(word)).buffer))
      return true
    case kinds.memoryCopy:
      out.u8(0)
  }
  const takesMemory = [
    kinds.memorySize,
    kinds.memoryGrow,
    kinds.memoryFill,
    kinds.memoryCopy,
  ] as number[]
  if (takesMemory.includes(opcodeKinds[opcode]!)) out.u8(0)
  return false
}

function writeLong(out: ByteWriter, value: bigint): void {
  let rest = BigInt.asIntN(64, value)
  while (rest < -0x40n || rest >= 0x40n) {
    out.u8(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  out.u8(Number(rest & 0x7fn))
}

function known(index: number | undefined, word: string | null): number {
  if (index === undefined || index < 0) throw new RangeError(`nothing is named ${word}`)
  return index
}
