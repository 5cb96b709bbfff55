import { describe, expect, test } from 'vitest'
import { kinds, opcodeKinds, opcodeNames } from '../module/opcodes.ts'
import { opcodeCosts, priceList } from './costs.ts'

const supported = opcodeNames.flatMap((name, opcode) =>
  name === '' || opcodeKinds[opcode] === kinds.prefix ? [] : [{ name, opcode }],
)

/** The row that gives an instruction its price. */
function rowOf(name: string) {
  return priceList.findIndex(({ matches }) => matches(name))
}

describe('the price list', () => {
  test('has no row without an instruction', () => {
    const used = new Set(supported.map(({ name }) => rowOf(name)))
    expect([...used].sort((a, b) => a - b)).toEqual([...priceList.keys()])
  })

  test('is free only where nothing is done', () => {
    const free = supported.filter(({ opcode }) => opcodeCosts[opcode] === 0)
    expect(free.map(({ name }) => name)).toEqual(['block', 'else', 'end'])
  })

  test.each([
    ['nop', 1],
    ['local.get', 1],
    ['i32.add', 1],
    ['i32.load', 1],
    ['f64.mul', 1],
    ['memory.size', 1],
    ['i32.trunc_sat_f64_u', 1],
    ['data.drop', 1],
    ['loop', 3],
    ['if', 1],
    ['br_table', 2],
    ['call', 3],
    ['call_indirect', 6],
    ['i32.div_s', 4],
    ['i32.rem_u', 4],
    ['i64.div_u', 8],
    ['i64.rem_s', 8],
    ['f32.sqrt', 4],
    ['f64.div', 4],
    ['memory.grow', 1_000],
    ['table.grow', 1_000],
    ['memory.fill', 8],
    ['memory.init', 8],
    ['table.copy', 8],
  ])('asks for %s %i', (name, gas) => {
    expect(opcodeCosts[opcodeNames.indexOf(name)]).toBe(gas)
  })

  test('has no price for what is refused', () => {
    for (const [opcode, kind] of opcodeKinds.entries()) {
      if (kind === kinds.refused) expect(opcodeCosts[opcode]).toBe(0)
    }
  })
})
