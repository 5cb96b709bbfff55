import { describe, expect, test } from 'vitest'
import { assemble } from '../testing/assemble.ts'
import { bounds } from './bounds.ts'
import { CodeCursor } from './code-cursor.ts'
import { kinds, opcodeKinds, opcodeNames } from './opcodes.ts'
import { catchingRefusal } from './rejection.ts'
import type { FunctionType } from './value-type.ts'

const types: readonly FunctionType[] = [
  { params: [0x7f], results: [] },
  { params: [], results: [0x7c, 0x7f] },
]

function cursorOf(bytes: readonly number[]): CodeCursor {
  return new CodeCursor(Uint8Array.from(bytes))
}

function codeOf(step: () => unknown): string | null {
  const given = catchingRefusal(step)
  return typeof given === 'object' && given !== null && 'code' in given ? String(given.code) : null
}

/** An instruction with the longest immediates that this says, in the words of `assemble`. */
function words(name: string, kind: number): string {
  switch (kind) {
    case kinds.memory:
      return `${name} @4294967295`
    case kinds.i32:
      return `${name} -2147483648`
    case kinds.i64:
      return `${name} -9223372036854775808`
    case kinds.f32:
    case kinds.f64:
      return `${name} 0.1`
    case kinds.block:
    case kinds.loop:
    case kinds.if:
      return `${name}:type1`
    case kinds.brTable:
      return `${name} 300,0,200,1`
    case kinds.selectTyped:
      return `${name}:f64`
    case kinds.callIndirect:
    case kinds.tableInit:
    case kinds.tableCopy:
      return `${name} 300 4294967295`
    default:
      return withoutIndex.has(kind) ? name : `${name} 4294967295`
  }
}

const withoutIndex = new Set<number>([
  ...[kinds.plain, kinds.unreachable, kinds.else, kinds.end, kinds.return, kinds.drop],
  ...[kinds.select, kinds.memorySize, kinds.memoryGrow, kinds.memoryFill, kinds.memoryCopy],
  kinds.refNull,
])

const supported = opcodeNames.flatMap((name, opcode) =>
  name === '' || opcodeKinds[opcode] === kinds.prefix ? [] : [{ name, opcode }],
)

describe('an instruction', () => {
  test('is one of those that are supported, or refused', () => {
    // 172 of the first version, 5 that extend signs, 8 conversions, 7 in bulk, 9 of references.
    expect(supported).toHaveLength(201)
    for (let opcode = 0; opcode < 0x100; opcode++) {
      if (opcodeKinds[opcode] !== kinds.refused) continue
      expect(codeOf(() => cursorOf([opcode, 0, 0, 0]).opcode())).toMatch(/^(FEATURE|MALFORMED)_/)
    }
  })

  test.each(supported)('is read to its end: $name', ({ name, opcode }) => {
    const bytes = assemble(words(name, opcodeKinds[opcode]!))
    const cursor = cursorOf([...bytes, 0xaa, 0xaa])

    expect(cursor.opcode()).toBe(opcode)
    cursor.skipImmediates(opcode, types)
    expect(cursor.pos).toBe(bytes.length)
  })

  test.each(supported)('is not read beyond where its code ends: $name', ({ name, opcode }) => {
    const bytes = assemble(words(name, opcodeKinds[opcode]!))
    for (let length = 1; length < bytes.length; length++) {
      const cursor = cursorOf(bytes)
      cursor.end = length
      const code = codeOf(() => cursor.skipImmediates(cursor.opcode(), types))
      expect(code, `${length} of ${bytes.length} bytes`).toBe('MALFORMED_TRUNCATED')
    }
  })

  test('behind its prefix may be written in as many bytes as a number may', () => {
    const cursor = cursorOf([0xfc, 0x8b, 0x80, 0x80, 0x80, 0x00, 0x00])
    expect(opcodeNames[cursor.opcode()]).toBe('memory.fill')
    expect(cursor.pos).toBe(6)
  })
})

describe('a load or store', () => {
  test.each([
    [[0x00, 0x00], null],
    [[0x07, 0xff, 0xff, 0xff, 0xff, 0x0f], null],
    [[0x08, 0x00], 'INVALID_MODULE'],
    [[0x42, 0x01, 0x00], 'FEATURE_MULTI_MEMORY'],
    [[0x00, 0xff, 0xff, 0xff, 0xff, 0x1f], 'MALFORMED_LEB'],
  ])('with the operand %j is answered with %j', (bytes, code) => {
    expect(codeOf(() => cursorOf(bytes).memoryOperand())).toBe(code)
  })
})

describe('the type of a block', () => {
  test.each([
    [[0x40], { params: [], results: [] }],
    [[0x7d], { params: [], results: [0x7d] }],
    [[0x01], types[1]],
    [[0x81, 0x80, 0x00], types[1]],
  ])('is read from %j', (bytes, type) => {
    expect(cursorOf(bytes).blockType(types)).toEqual(type)
  })

  test.each([
    [[0x02], 'INVALID_INDEX'],
    [[0xff, 0xff, 0xff, 0xff, 0x0f], 'INVALID_INDEX'],
    [[0x81, 0x80, 0x80, 0x80, 0x80, 0x00], 'MALFORMED_LEB'],
    // Negative, but in two bytes.
    [[0xff, 0x7f], 'MALFORMED_LEB'],
    [[0x7b], 'FEATURE_SIMD'],
    [[0x6f], 'FEATURE_EXTERNREF'],
  ])('is none in %j: %s', (bytes, code) => {
    expect(codeOf(() => cursorOf(bytes).blockType(types))).toBe(code)
  })
})

describe('code that cannot run', () => {
  /** Where the cursor comes to stand in code that begins dead. */
  function endOfDead(text: string): number {
    const cursor = cursorOf(assemble(text))
    cursor.skipDead(types)
    return cursor.pos
  }

  test('ends at the end of its block, or at its else', () => {
    expect(endOfDead('nop nop end nop')).toBe(2)
    expect(endOfDead('nop else nop end')).toBe(1)
    expect(endOfDead('end')).toBe(0)
  })

  test('goes on behind the blocks inside it', () => {
    expect(endOfDead('block loop br 1 end end i32.const 0 if nop else nop end end')).toBe(16)
  })

  test('has its numbers checked like any other', () => {
    const code = codeOf(() => cursorOf([0x41, 0x80, 0x80, 0x80, 0x80, 0x70, 0x0b]).skipDead(types))
    expect(code).toBe('MALFORMED_LEB')
  })

  test('is nested as deeply as code that runs may be', () => {
    const nested = (depth: number) => assemble('block '.repeat(depth) + 'end '.repeat(depth + 1))
    const most = bounds.nesting.value
    expect(codeOf(() => cursorOf(nested(most)).skipDead(types))).toBe(null)
    expect(codeOf(() => cursorOf(nested(most + 1)).skipDead(types))).toBe('LIMIT_NESTING')
  })

  test('without an end is cut off', () => {
    expect(codeOf(() => cursorOf(assemble('nop nop')).skipDead(types))).toBe('MALFORMED_TRUNCATED')
  })
})
