// What is paid when a run ends in the midst of a function, and what the engine is told of branches.
import { describe, expect, test } from 'vitest'
import { Reader } from '../module/reader.ts'
import { guestOf, instrumented, outcomeOf } from '../testing/guest.ts'
import { ModuleBuilder } from '../testing/module-builder.ts'
import { op } from './code.ts'

function moduleOf(body: string): Uint8Array {
  const builder = new ModuleBuilder()
  builder.memory({ min: 1, max: 1 })
  builder.function({ export: 'f', params: ['i32'], locals: ['i32'], body })
  return builder.bytes()
}

function gasOf(body: string, given: number): bigint {
  const guest = guestOf(instrumented(moduleOf(body)).bytes)
  expect(outcomeOf(() => guest.call('f', given))).toMatch(/^traps/)
  return guest.gasUsed
}

const outOfBounds = 'i32.const -1 i32.load drop'
/** One region more, so that the gas is held in a local. */
const oneMore = 'local.get 0 if nop end'
const countDown = 'local.get 0 i32.const 1 i32.sub local.tee 0'

describe('a trap', () => {
  test('by division, conversion or unreachable finds all regions paid', () => {
    // local.get if nop, and what comes behind.
    expect(gasOf(`${oneMore} i32.const 1 i32.const 0 i32.div_s drop`, 1)).toBe(
      3n + 1n + 1n + 4n + 1n,
    )
    expect(gasOf(`${oneMore} f64.const 1e99 i32.trunc_f64_s drop`, 1)).toBe(3n + 3n)
    expect(gasOf(`${oneMore} unreachable`, 1)).toBe(3n + 1n)
  })

  test('by an access out of bounds finds paid what led to the last iteration', () => {
    const loop = `loop ${countDown} br_if 0 ${outOfBounds} end`
    const [three, four] = [gasOf(loop, 3), gasOf(loop, 4)]
    // Three for the loop, five for its instructions.
    expect(four - three).toBe(3n + 5n)
    expect(three).toBe(3n * 8n)
  })

  test('by an access out of bounds finds paid what led to the last call', () => {
    const builder = new ModuleBuilder()
    builder.memory({ min: 1, max: 1 })
    const callee = builder.function({ body: 'loop i32.const 0 br_if 0 end' })
    builder.function({
      export: 'f',
      params: ['i32'],
      body: `call ${callee} ${oneMore} ${outOfBounds}`,
    })
    const guest = guestOf(instrumented(builder.bytes()).bytes)
    expect(outcomeOf(() => guest.call('f', 1))).toMatch(/^traps/)
    // The call, and the five instructions in a region with it; the loop; and not yet the nop.
    expect(guest.gasUsed).toBe(3n + 5n + 5n)
  })
})

describe('a hint', () => {
  test('stands at each branch that is added, and at none of the module itself', () => {
    const body = `${oneMore} loop ${countDown} br_if 0 end loop loop ${countDown} br_if 0 end end`
    const found = hintedOpcodes(instrumented(moduleOf(body)).bytes)
    // Before and in each of the two innermost loops; at the one around; at the beginning.
    expect(found.sort((a, b) => a - b)).toEqual([op.if, op.if, op.if, op.if, op.brIf, op.brIf])
  })
})

/** Of a module whose one function has hints, at offsets below 256. */
function hintedOpcodes(bytes: Uint8Array): number[] {
  const name = new TextEncoder().encode('metadata.code.branch_hint')
  const start = Buffer.from(bytes).indexOf(name) + name.length
  const section = new Reader(bytes, start)
  const [functions, index, count] = [section.u32(), section.u32(), section.u32()]
  expect([functions, index]).toEqual([1, 1])
  const offsets = Array.from({ length: count }, () => {
    const offset = section.u32()
    expect([section.u32(), section.u32()]).toEqual([1, 0])
    return offset
  })
  // The code section follows: its number, a size of five bytes, one body, a size of four bytes.
  const body = section.pos + 1 + 5 + 1 + 4
  return offsets.map((offset) => bytes[body + offset]!)
}
