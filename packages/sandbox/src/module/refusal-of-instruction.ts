// Which proposal an instruction belongs to that is not supported, and its name where it is known.
import { PREFIXED } from './opcodes.ts'
import type { Reader } from './reader.ts'
import { atomicInstructions, vectorInstructions } from './refused-instructions.ts'
import { Refused, type RejectionCode } from './rejection.ts'

/** The refusal of an opcode read at `at`; behind a prefix, the reader stands on the rest. */
export function refusedInstruction(reader: Reader, opcode: number, at: number): Refused {
  const { code, name } = proposalOf(reader, opcode)
  return new Refused(code, `instruction ${name}`, at)
}

function proposalOf(reader: Reader, opcode: number): { code: RejectionCode; name: string } {
  const number = `0x${opcode.toString(16)}`
  if (opcode === 0xfd) return { code: 'FEATURE_SIMD', name: nameIn(vectorInstructions, reader) }
  if (opcode === 0xfe) return { code: 'FEATURE_THREADS', name: nameIn(atomicInstructions, reader) }
  if (opcode === 0xfb) return { code: 'FEATURE_GC', name: `0xfb ${reader.u32()}` }
  if (opcode >= PREFIXED) return behindPrefix(opcode - PREFIXED)
  const name = names[opcode]
  if (name === undefined) return { code: 'MALFORMED_OPCODE', name: number }
  return { code: codeOf(opcode), name }
}

function behindPrefix(number: number): { code: RejectionCode; name: string } {
  const wide = ['i64.add128', 'i64.sub128', 'i64.mul_wide_s', 'i64.mul_wide_u'][number - 0x13]
  if (wide !== undefined) return { code: 'FEATURE_WIDE_ARITHMETIC', name: wide }
  return { code: 'MALFORMED_OPCODE', name: `0xfc ${number}` }
}

function nameIn(table: readonly string[], reader: Reader): string {
  const number = reader.u32()
  return table[number] ?? `number ${number}`
}

const names: Readonly<Record<number, string>> = {
  6: 'try',
  7: 'catch',
  8: 'throw',
  9: 'rethrow',
  10: 'throw_ref',
  18: 'return_call',
  19: 'return_call_indirect',
  20: 'call_ref',
  21: 'return_call_ref',
  24: 'delegate',
  25: 'catch_all',
  31: 'try_table',
  211: 'ref.eq',
  212: 'ref.as_non_null',
  213: 'br_on_null',
  214: 'br_on_non_null',
  224: 'cont.new',
  225: 'cont.bind',
  226: 'suspend',
  227: 'resume',
  228: 'resume_throw',
  229: 'switch',
}

function codeOf(opcode: number): RejectionCode {
  if (opcode >= 0xe0) return 'FEATURE_STACK_SWITCHING'
  if (opcode >= 0xd3 || opcode === 0x14) return 'FEATURE_GC'
  if (opcode >= 0x12 && opcode <= 0x15) return 'FEATURE_TAIL_CALLS'
  return 'FEATURE_EXCEPTIONS'
}
