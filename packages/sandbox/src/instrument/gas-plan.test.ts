// What small programs cost, by hand: the sum of the prices of what they execute. And at each limit
// below that, out of gas.
import { describe, expect, test } from 'vitest'
import { compileProgram } from '../run/program.ts'
import { run } from '../run/run.ts'
import { guestOf, instrumented, outcomeOf } from '../testing/guest.ts'
import { ModuleBuilder } from '../testing/module-builder.ts'
import { runRequest } from '../testing/run-request.ts'

interface Priced {
  readonly name: string
  /** The function `f`, which takes an i32; it is function 0. */
  readonly body: string
  readonly given?: number
  readonly locals?: number
  /** Functions 1, 2 ... of no parameters. */
  readonly others?: readonly string[]
  readonly gas: number
}

/** A memory of a page to four, a table of three of which each is function 1. */
function moduleOf({ body, locals = 0, others = [] }: Priced): Uint8Array {
  const module = new ModuleBuilder()
  module.memory({ min: 1, max: 4 })
  module.table({ min: 3, max: 10 })
  module.function({
    export: 'f',
    params: ['i32'],
    locals: new Array<'i32'>(locals).fill('i32'),
    body,
  })
  for (const each of others) module.function({ body: each })
  if (others.length > 0) module.element({ items: [1, 1, 1] })
  module.data([1, 2, 3, 4, 5, 6, 7, 8], null)
  return module.bytes()
}

const countDown = 'local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0'

const straight: readonly Priced[] = [
  { name: 'nothing', body: '', gas: 0 },
  { name: 'four instructions', body: 'nop i32.const 1 i32.eqz drop', gas: 4 },
  { name: 'blocks are free', body: 'block block nop end end', gas: 1 },
  { name: 'divisions', body: 'i32.const 8 i32.const 2 i32.div_s drop', gas: 1 + 1 + 4 + 1 },
  { name: 'long divisions', body: 'i64.const 8 i64.const 2 i64.rem_u drop', gas: 1 + 1 + 8 + 1 },
  { name: 'roots', body: 'f64.const 4 f64.sqrt drop', gas: 1 + 4 + 1 },
  { name: 'three locals', body: 'nop', locals: 3, gas: 1 },
  { name: 'four locals', body: 'nop', locals: 4, gas: 1 + 1 },
  { name: 'eleven locals', body: 'nop', locals: 11, gas: 1 + 2 },
]

const branching: readonly Priced[] = [
  { name: 'an if', body: 'local.get 0 if nop nop end', given: 1, gas: 2 + 2 },
  { name: 'an if not taken', body: 'local.get 0 if nop nop end nop', given: 0, gas: 2 + 1 },
  { name: 'an else', body: 'local.get 0 if nop nop else nop end', given: 0, gas: 2 + 1 },
  { name: 'a branch taken', body: 'block local.get 0 br_if 0 nop end nop', given: 1, gas: 2 + 1 },
  { name: 'a branch not taken', body: 'block local.get 0 br_if 0 nop end nop', gas: 2 + 1 + 1 },
  { name: 'what no way leads to', body: 'block br 0 nop nop end nop', gas: 1 + 1 },
  { name: 'an early return', body: 'local.get 0 if return end nop', given: 1, gas: 2 + 1 },
  { name: 'no early return', body: 'local.get 0 if return end nop', given: 0, gas: 2 + 1 },
  {
    name: 'the first arm of a br_table',
    body: 'block block local.get 0 br_table 0,1 end nop nop end nop',
    given: 0,
    gas: 1 + 2 + 2 + 1,
  },
  {
    name: 'the last arm of a br_table',
    body: 'block block local.get 0 br_table 0,1 end nop nop end nop',
    given: 7,
    gas: 1 + 2 + 1,
  },
]

const looping: readonly Priced[] = [
  { name: 'a loop run once', body: `loop ${countDown} end`, given: 1, gas: 3 + 5 },
  { name: 'a loop', body: `nop loop ${countDown} end nop`, given: 9, gas: 1 + 9 * (3 + 5) + 1 },
  {
    name: 'a loop in a loop',
    body: `loop i32.const 3 local.set 1
      loop local.get 1 i32.const 1 i32.sub local.tee 1 br_if 0 end ${countDown} end`,
    given: 4,
    locals: 1,
    gas: 4 * (3 + 2 + 3 * (3 + 5) + 5),
  },
  {
    name: 'a loop that is left',
    body: `block loop local.get 0 i32.eqz br_if 1 ${countDown} br 1 end end nop`,
    given: 2,
    gas: 2 * (3 + 3 + 5) + 1 + 1,
  },
  {
    name: 'a loop that calls',
    body: `loop call 1 ${countDown} end`,
    given: 3,
    others: ['nop call 2 nop', 'nop nop'],
    gas: 3 * (3 + 3 + (1 + 3 + 2 + 1) + 5),
  },
]

const calling: readonly Priced[] = [
  { name: 'a call', body: 'call 1', others: ['nop nop nop'], gas: 3 + 3 },
  { name: 'calls of calls', body: 'call 1 call 1', others: ['call 2', 'nop'], gas: 2 * (6 + 1) },
  {
    name: 'a call of what branches',
    body: 'call 1',
    others: ['i32.const 1 if nop nop nop end'],
    gas: 3 + 2 + 3,
  },
  {
    name: 'an indirect call',
    body: 'i32.const 2 call_indirect 1 0 nop',
    others: ['nop nop'],
    gas: 1 + 6 + 2 + 1,
  },
  {
    name: 'recursion',
    body: 'local.get 0 if local.get 0 i32.const 1 i32.sub call 0 end',
    given: 5,
    gas: 5 * (2 + 3 + 3) + 2,
  },
]

const three = (a: number, b: number, c: number) => `i32.const ${a} i32.const ${b} i32.const ${c}`

const bulk: readonly Priced[] = [
  { name: 'a fill of 64 bytes', body: `${three(0, 7, 64)} memory.fill`, gas: 3 + 8 + 8 },
  { name: 'a fill of 7 bytes', body: `${three(0, 7, 7)} memory.fill`, gas: 3 + 8 },
  { name: 'a copy of 800 bytes', body: `${three(0, 900, 800)} memory.copy`, gas: 3 + 8 + 100 },
  { name: 'an init of 8 bytes', body: `${three(0, 0, 8)} memory.init 0`, gas: 3 + 8 + 1 },
  {
    name: 'a table filled',
    body: 'i32.const 0 ref.null i32.const 3 table.fill 0',
    gas: 3 + 8 + 3,
  },
  { name: 'a table copied', body: `${three(0, 1, 2)} table.copy 0 0`, gas: 3 + 8 + 2 },
  { name: 'memory grown', body: 'i32.const 2 memory.grow drop', gas: 1 + 1_000 + 1 },
  { name: 'memory not grown', body: 'i32.const 9 memory.grow drop', gas: 1 + 1_000 + 1 },
  {
    name: 'a table grown',
    body: 'ref.null i32.const 7 table.grow 0 drop',
    gas: 2 + 1_000 + 7 + 1,
  },
  {
    name: 'a table not grown',
    body: 'ref.null i32.const 8 table.grow 0 drop',
    gas: 2 + 1_000 + 8 + 1,
  },
]

const priced = [...straight, ...branching, ...looping, ...calling, ...bulk]

function runAt(program: ReturnType<typeof compileProgram>, given: number, gas: number) {
  const call = {
    kind: 'function',
    function: 'f',
    arguments: [{ type: 'i32', value: given }],
  } as const
  return run(program, runRequest({ call, gas, trace: true }))
}

/** All of them up to a hundred, and of a large cost the last ones. */
function limitsBelow(gas: number): number[] {
  return Array.from({ length: gas }, (_, limit) => limit).filter((limit) => limit > gas - 100)
}

describe('the gas of a run', () => {
  test.each(priced)('is what it executes: $name', (each) => {
    for (const trace of [false, true]) {
      const guest = guestOf(instrumented(moduleOf(each), { trace }).bytes)
      guest.call('f', each.given ?? 0)
      expect(guest.gasUsed).toBe(BigInt(each.gas))
      expect(guest.ticks).toBe(0)
    }
  })

  test.each(priced)('may be all there is, and not a unit less: $name', (each) => {
    const program = compileProgram(instrumented(moduleOf(each), { trace: true }).bytes)
    const { gas, given = 0 } = each
    for (const limit of limitsBelow(gas)) {
      const ending = { kind: 'out_of_gas' }
      expect(runAt(program, given, limit), `${limit}`).toMatchObject({ ending, gas: limit })
    }
    for (const limit of [gas, gas + 1, gas + 1_000]) {
      expect(runAt(program, given, limit)).toMatchObject({ ending: { kind: 'ok' }, gas })
    }
  })

  test('that traps is that of each region it entered, whole', () => {
    const body = 'nop local.get 0 if nop i32.const 1 i32.const 0 i32.div_s drop nop end nop nop'
    const guest = guestOf(instrumented(moduleOf({ name: 'a trap', body, gas: 0 })).bytes)
    expect(outcomeOf(() => guest.call('f', 1))).toMatch(/^traps: divide by zero/)
    // Before and behind the `if` is one region, its inside another.
    expect(guest.gasUsed).toBe(BigInt(3 + 2 + (1 + 2 + 4 + 1 + 1)))
  })

  test('includes that of the start function', () => {
    const module = new ModuleBuilder()
    module.start(module.function({ body: 'nop nop nop' }))
    module.function({ export: 'f', params: ['i32'], body: 'nop' })
    const program = compileProgram(instrumented(module.bytes()).bytes)
    expect(runAt(program, 0, 4)).toMatchObject({ ending: { kind: 'ok' }, gas: 4 })
    expect(runAt(program, 0, 3)).toMatchObject({ ending: { kind: 'out_of_gas' }, gas: 3 })
  })

  test('of a bulk operation is paid before anything is moved', () => {
    const module = new ModuleBuilder()
    module.memory({ min: 1 })
    module.function({ export: 'f', body: `${three(0, 7, 65_536)} memory.fill` })
    const guest = guestOf(instrumented(module.bytes()).bytes, 8_000n)
    expect(() => guest.call('f')).toThrow()
    expect(guest.ticks).toBe(1)
    expect(new Uint8Array(guest.memory.buffer).every((byte) => byte === 0)).toBe(true)
  })
})
