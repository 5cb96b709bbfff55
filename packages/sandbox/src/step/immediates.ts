// The immediates of instructions that name something: addresses in place of indices.
import type { CodeCursor } from '../module/code-cursor.ts'
import { kinds, opcodeKinds } from '../module/opcodes.ts'
import {
  type FixedRegions,
  functionFields,
  segmentFields,
  slotBytes,
  tableFields,
} from './layout.ts'

/** Reads the immediates of an instruction, and gives those of its operation. */
export function immediatesOf(
  cursor: CodeCursor,
  opcode: number,
  regions: FixedRegions,
): readonly number[] {
  switch (opcodeKinds[opcode]) {
    case kinds.localGet:
    case kinds.localSet:
    case kinds.localTee:
      return [cursor.u32() * slotBytes]
    case kinds.globalGet:
    case kinds.globalSet:
      return [regions.globalsAt + cursor.u32() * slotBytes]
    case kinds.call:
    case kinds.refFunc:
      return [functionAt(regions, cursor.u32())]
    case kinds.memorySize:
    case kinds.memoryGrow:
    case kinds.memoryFill:
    case kinds.refNull:
      cursor.skip(1)
      return []
    case kinds.memoryCopy:
      cursor.skip(2)
      return []
    case kinds.selectTyped:
      cursor.selectType()
      return []
    default:
      return ofSegmentsAndTables(cursor, opcode, regions)
  }
}

function ofSegmentsAndTables(
  cursor: CodeCursor,
  opcode: number,
  regions: FixedRegions,
): readonly number[] {
  const data = () => regions.dataAt + cursor.u32() * segmentFields.bytes
  const elements = () => regions.elementsAt + cursor.u32() * segmentFields.bytes
  const table = () => regions.tablesAt + cursor.u32() * tableFields.bytes
  switch (opcodeKinds[opcode]) {
    case kinds.memoryInit: {
      const from = data()
      cursor.skip(1)
      return [from]
    }
    case kinds.dataDrop:
      return [data()]
    case kinds.elemDrop:
      return [elements()]
    case kinds.tableInit: {
      const from = elements()
      return [table(), from]
    }
    case kinds.tableCopy: {
      const into = table()
      return [into, table()]
    }
    case kinds.tableGet:
    case kinds.tableSet:
    case kinds.tableSize:
    case kinds.tableGrow:
    case kinds.tableFill:
      return [table()]
    default:
      return []
  }
}

export function functionAt(regions: FixedRegions, index: number): number {
  return regions.functionsAt + index * functionFields.bytes
}

/** How many operands an instruction takes and gives, where `opcodes.ts` has no signature for it. */
export const operandEffects: Readonly<Record<number, readonly [taken: number, given: number]>> = {
  [kinds.drop]: [1, 0],
  [kinds.select]: [3, 1],
  [kinds.selectTyped]: [3, 1],
  [kinds.localGet]: [0, 1],
  [kinds.localSet]: [1, 0],
  [kinds.localTee]: [1, 1],
  [kinds.globalGet]: [0, 1],
  [kinds.globalSet]: [1, 0],
  [kinds.tableGet]: [1, 1],
  [kinds.tableSet]: [2, 0],
  [kinds.memorySize]: [0, 1],
  [kinds.memoryGrow]: [1, 1],
  [kinds.refNull]: [0, 1],
  [kinds.refFunc]: [0, 1],
}
