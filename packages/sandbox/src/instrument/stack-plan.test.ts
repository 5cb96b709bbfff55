// How deep a module may call: by its own count, to the unit, and the same on every machine.
import { describe, expect, test } from 'vitest'
import { faults } from '../abi.ts'
import { guestOf, instrumented, outcomeOf, plentyOfGas } from '../testing/guest.ts'
import { type FunctionSpec, ModuleBuilder } from '../testing/module-builder.ts'

const stackWord = 'vcp:stack'

function moduleOf(...functions: readonly FunctionSpec[]): Uint8Array {
  const module = new ModuleBuilder()
  for (const each of functions) module.function(each)
  return module.bytes()
}

/** The functions, all of them in a table. */
function tabled(...functions: readonly FunctionSpec[]): Uint8Array {
  const module = new ModuleBuilder()
  for (const each of functions) module.function(each)
  module.table({ min: functions.length })
  module.element({ items: [...functions.keys()] })
  return module.bytes()
}

/** Goes down as often as it is told. */
function recursion(change: Partial<FunctionSpec> = {}): Uint8Array {
  return moduleOf({
    export: 'f',
    params: ['i32'],
    results: ['i32'],
    body: `local.get 0 if:i32 local.get 0 i32.const 1 i32.sub call 0 else i32.const 7 end`,
    ...change,
  })
}

function succeeds(bytes: Uint8Array, depth: number, stack: number, trace = false): boolean {
  const guest = guestOf(instrumented(bytes, { trace }).bytes, plentyOfGas, stack)
  const outcome = outcomeOf(() => guest.call('f', depth))
  if (outcome.startsWith('gives')) return true
  expect(outcome).toMatch(/^traps: unreachable/)
  expect(guest.fault).toBe(faults.stack)
  return false
}

/** The least stack with which a call of that depth returns. */
function unitsFor(bytes: Uint8Array, depth: number, trace = false): number {
  let [low, high] = [-1, 1 << 24]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (succeeds(bytes, depth, middle, trace)) high = middle
    else low = middle
  }
  return high
}

describe('recursion', () => {
  test('takes the same from the stack at each level, and a unit less is too little', () => {
    const [one, two, many] = [1, 2, 101].map((depth) => unitsFor(recursion(), depth))
    expect(many! - one!).toBe(100 * (two! - one!))
    expect(unitsFor(recursion(), 101, true)).toBe(many)
  })

  test('takes more of it the larger its frames are', () => {
    const perLevel = (bytes: Uint8Array) => unitsFor(bytes, 11) - unitsFor(bytes, 10)
    const plain = perLevel(recursion())
    const withLocals = recursion({ locals: new Array<'f64'>(100).fill('f64') })
    expect(perLevel(withLocals)).toBe(plain + 100)
    // Fifty operands lie below the call, where there were none.
    const withOperands = recursion({
      body: `local.get 0 if:i32 ${'i32.const 1 '.repeat(50)}
        local.get 0 i32.const 1 i32.sub call 0 ${'i32.add '.repeat(50)} else i32.const 7 end`,
    })
    expect(perLevel(withOperands)).toBe(plain + 50)
  })

  test('gives back all it took, whichever way it returns', () => {
    const ways = {
      end: 'local.get 0 if local.get 0 i32.const 1 i32.sub call 0 end',
      return: 'local.get 0 if local.get 0 i32.const 1 i32.sub call 0 return end',
      'return in a loop': `loop block local.get 0 i32.eqz br_if 0
        local.get 0 i32.const 1 i32.sub call 0 return end end`,
      branch: 'local.get 0 if local.get 0 i32.const 1 i32.sub call 0 br 1 end nop',
      'branch on a condition': `local.get 0 i32.eqz br_if 0
        local.get 0 i32.const 1 i32.sub call 0 i32.const 1 br_if 0 nop`,
      table: `local.get 0 i32.eqz br_if 0
        local.get 0 i32.const 1 i32.sub call 0 local.get 0 br_table 0,0,0`,
    }
    for (const [name, body] of Object.entries(ways)) {
      const made = instrumented(recursion({ results: [], body }))
      const guest = guestOf(made.bytes, plentyOfGas, 10_000)
      for (let round = 0; round < 3; round++) guest.call('f', 20)
      expect(guest.global(stackWord).value, name).toBe(10_000)
    }
  })

  test('is counted too where it has several results', () => {
    const body = `local.get 0 if:type0 local.get 0 i32.const 1 i32.sub call 0
      else local.get 0 f64.const 2 i64.const 3 end`
    const module = new ModuleBuilder()
    module.type([], ['i32', 'f64', 'i64'])
    const results = ['i32', 'f64', 'i64'] as const
    module.function({ export: 'f', params: ['i32'], results, body })
    const bytes = module.bytes()
    expect(outcomeOf(() => guestOf(instrumented(bytes).bytes).call('f', 9))).toBe('gives 0 2 3n')
    expect(succeeds(bytes, 1_000, 1_000)).toBe(false)
  })
})

describe('a stack overflow', () => {
  const goesDown = (callee: string): FunctionSpec => ({ params: ['i32'], body: callee })
  const cycles: Readonly<Record<string, Uint8Array>> = {
    'of two functions': moduleOf(
      { ...goesDown('local.get 0 call 1'), export: 'f' },
      goesDown('local.get 0 call 0'),
    ),
    'of a cycle entered at its middle': moduleOf(
      { ...goesDown('local.get 0 call 2'), export: 'f' },
      goesDown('local.get 0 call 2'),
      goesDown('local.get 0 call 3'),
      goesDown('local.get 0 call 1'),
    ),
    'through a table': tabled({
      ...goesDown('local.get 0 i32.const 0 call_indirect 0 0'),
      export: 'f',
    }),
    'through a table and a function that passes on': tabled(
      { ...goesDown('local.get 0 call 1'), export: 'f' },
      goesDown('local.get 0 i32.const 0 call_indirect 0 0'),
    ),
  }

  test.each(Object.entries(cycles))('is found %s', (_, bytes) => {
    expect(succeeds(bytes, 1, 100_000)).toBe(false)
  })

  test('leaves the gas that was used as it is everywhere', () => {
    const made = instrumented(recursion())
    const gasOf = () => {
      const guest = guestOf(made.bytes, plentyOfGas, 5_000)
      outcomeOf(() => guest.call('f', 100_000))
      return guest.gasUsed
    }
    const first = gasOf()
    expect(first).toBeGreaterThan(0n)
    expect(gasOf()).toBe(first)
  })
})

describe('calls without a cycle', () => {
  /** Functions of which each calls the next; the first is exported. */
  function chain(length: number): Uint8Array {
    const functions = Array.from({ length }, (_, index) => ({
      body: index + 1 < length ? `call ${index + 1}` : 'nop',
      ...(index === 0 ? { export: 'f' } : {}),
    }))
    return moduleOf(...functions)
  }

  test('count nothing while they are few', () => {
    expect(unitsFor(chain(10), 0)).toBe(0)
  })

  test('count once they are many, and ever more', () => {
    const units = [100, 1_000, 10_000].map((length) => unitsFor(chain(length), 0))
    expect(units[0]).toBeGreaterThan(0)
    expect(units[1]).toBeGreaterThan(9 * units[0]!)
    expect(units[2]).toBeGreaterThan(9 * units[1]!)
  })
})
