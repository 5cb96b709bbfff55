// Runs that want all the time, stack, memory or tables there are.
import { unsigned } from './assemble.ts'
import { listOf, sections, sizedBody } from './hostile-module.ts'
import {
  calling,
  deepStack,
  endlessGas,
  forever,
  guest,
  type HostileRun,
  i32,
  ok,
  outOfGas,
  overflowed,
} from './hostile-run.ts'
import { ModuleBuilder } from './module-builder.ts'

/** Functions of which each calls the next, so often; the first is the command. */
function chain(count: number, times: number): () => Uint8Array {
  return () => {
    const module = new ModuleBuilder()
    for (let index = 0; index < count; index++) {
      const call = index + 1 < count ? `call ${index + 1} `.repeat(times) : ''
      module.function({ body: call, ...(index === 0 ? { export: '_start' } : {}) })
    }
    return module.bytes()
  }
}

/** 2, and 8 for each of a thousand rounds. */
const thousandRounds = guest(
  'i32.const 1000 local.set 0 loop local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end',
  { locals: ['i32'] },
)

const loops: readonly HostileRun[] = [
  {
    name: 'a thousand rounds with just enough gas',
    bytes: thousandRounds,
    request: { gas: 8_002 },
    expected: { ending: ok, gas: 8_002 },
  },
  {
    name: 'a thousand rounds with a unit less',
    bytes: thousandRounds,
    request: { gas: 8_001 },
    expected: { ending: outOfGas, gas: 8_001 },
  },
  {
    name: 'an infinite loop',
    bytes: guest(forever('')),
    expected: { ending: outOfGas, gas: 5_000_000 },
  },
  {
    name: 'an infinite loop of empty blocks',
    bytes: guest(forever('block block end end')),
    expected: { ending: outOfGas, gas: 5_000_000 },
  },
  {
    name: 'an infinite loop by a br_table',
    bytes: guest('loop loop i32.const 9 br_table 0,1,1 end end'),
    expected: { ending: outOfGas, gas: 5_000_000 },
  },
  {
    name: 'an infinite loop in the start function',
    bytes: guest('', { more: (module) => module.start(module.function({ body: forever('') })) }),
    expected: { ending: outOfGas, gas: 5_000_000 },
  },
  {
    name: 'an infinite loop with gas for a month',
    bytes: guest(forever('')),
    request: { gas: endlessGas },
    limits: { deadlineMs: 300 },
    expected: { fault: 'timeout' },
  },
  {
    name: 'divisions without end',
    bytes: guest(forever('local.get 0 i64.const 7 i64.div_u i64.const 3 i64.rem_u local.set 0'), {
      locals: ['i64'],
    }),
    expected: { ending: outOfGas, gas: 5_000_000 },
  },
  {
    name: 'loads that miss every cache',
    bytes: guest(
      forever(`local.get 0 i32.const 1664525 i32.mul i32.const 1013904223 i32.add local.tee 0
        i32.const 0x3fffffc i32.and i32.load local.get 1 i32.add local.set 1`),
      { memory: { min: 1_024 }, locals: ['i32', 'i32'] },
    ),
    request: { gas: 50_000_000 },
    expected: { ending: outOfGas, gas: 50_000_000, memoryPages: 1_024 },
  },
]

const stacks: readonly HostileRun[] = [
  {
    name: 'a function that calls itself',
    bytes: guest('call 0'),
    request: { stackUnits: deepStack, gas: 1e9 },
    expected: { ending: overflowed },
  },
  {
    name: 'two functions that call each other',
    bytes: guest('call 1', { more: (module) => module.function({ body: 'call 0' }) }),
    request: { stackUnits: deepStack, gas: 1e9 },
    expected: { ending: overflowed },
  },
  {
    name: 'a function that calls itself through a table',
    bytes: guest('i32.const 0 call_indirect 0 0', {
      more(module) {
        module.table({ min: 1 })
        module.element({ items: [0] })
      },
    }),
    request: { stackUnits: deepStack, gas: 1e9 },
    expected: { ending: overflowed },
  },
  {
    name: 'recursion with frames of nine thousand locals',
    bytes: guest('local.get 8999 drop call 0', { locals: new Array<'i64'>(9_000).fill('i64') }),
    request: { stackUnits: deepStack, gas: 1e9 },
    expected: { ending: overflowed },
  },
  {
    name: 'recursion below a hundred operands',
    bytes: guest(`${'i64.const 1 '.repeat(100)} call 0 ${'drop '.repeat(100)}`),
    request: { stackUnits: deepStack, gas: 1e9 },
    expected: { ending: overflowed },
  },
  {
    name: 'recursion in the start function',
    bytes: guest('', { more: (module) => module.start(module.function({ body: 'call 1' })) }),
    expected: { ending: overflowed },
  },
  {
    name: 'a chain of sixty thousand calls that fits',
    bytes: chain(60_000, 1),
    request: { stackUnits: deepStack },
    expected: { ending: ok },
  },
  {
    name: 'a chain of sixty thousand calls that does not',
    bytes: chain(60_000, 1),
    request: { stackUnits: 100_000 },
    expected: { ending: overflowed },
  },
  {
    name: 'sixty functions that each call the next twice',
    bytes: chain(60, 2),
    expected: { ending: outOfGas, gas: 5_000_000 },
  },
]

const memories: readonly HostileRun[] = [
  {
    name: 'memory grown page by page for ever',
    bytes: guest(forever('i32.const 1 memory.grow drop')),
    expected: { ending: outOfGas, gas: 5_000_000, memoryPages: 1_024 },
  },
  {
    name: 'four gigabytes asked for at once',
    bytes: guest('i32.const 65535 memory.grow', { results: ['i32'] }),
    request: { call: calling() },
    expected: { ending: ok, results: [i32(-1)], memoryPages: 1 },
  },
  {
    name: 'as many pages as a number can say',
    bytes: guest('i32.const -1 memory.grow', { results: ['i32'] }),
    request: { call: calling() },
    expected: { ending: ok, results: [i32(-1)], memoryPages: 1 },
  },
  {
    name: "memory grown beyond the module's own maximum",
    bytes: guest('i32.const 1 memory.grow drop i32.const 1 memory.grow', {
      memory: { min: 1, max: 2 },
      results: ['i32'],
    }),
    request: { call: calling() },
    expected: { ending: ok, results: [i32(-1)], memoryPages: 2 },
  },
  {
    name: 'memory grown to the ceiling, and beyond it',
    bytes: guest('i32.const 15 memory.grow i32.const 1 memory.grow', {
      memory: { min: 1, max: 60_000 },
      results: ['i32', 'i32'],
    }),
    memoryPagesMax: 16,
    request: { call: calling() },
    expected: { ending: ok, results: [i32(1), i32(-1)], memoryPages: 16 },
  },
  {
    name: 'all memory filled again and again',
    bytes: guest(forever('i32.const 0 i32.const 7 i32.const 67108864 memory.fill'), {
      memory: { min: 1_024 },
    }),
    request: { gas: 100_000_000 },
    expected: { ending: outOfGas, gas: 100_000_000, memoryPages: 1_024 },
  },
  {
    name: 'more memory touched than the parent allows',
    bytes: guest(`i32.const 0 i32.const 7 i32.const 67108864 memory.fill ${forever('')}`, {
      memory: { min: 1_024 },
    }),
    request: { gas: endlessGas },
    limits: { memoryMb: 20 },
    expected: { fault: 'memory' },
  },
  {
    name: 'a fill of four gigabytes that nobody can pay',
    bytes: guest('i32.const 0 i32.const 7 i32.const -1 memory.fill'),
    expected: { ending: outOfGas, gas: 5_000_000 },
  },
  {
    name: 'a table grown until it cannot be',
    bytes: guest(
      `loop ref.null i32.const 10000 table.grow 0 i32.const -1 i32.ne br_if 0 end
       table.size 0`,
      { results: ['i32'], more: (module) => void module.table({ min: 1 }) },
    ),
    request: { call: calling() },
    expected: { ending: ok, results: [i32(90_001)] },
  },
  {
    name: 'a table grown by four billion elements',
    bytes: guest('ref.null i32.const -1 table.grow 0 drop', {
      more: (module) => void module.table({ min: 1 }),
    }),
    expected: { ending: outOfGas, gas: 5_000_000 },
  },
]

const heavy: readonly HostileRun[] = [
  {
    name: 'ninety thousand functions',
    bytes: () =>
      sections(
        [1, [1, 0x60, 0, 0]],
        [3, ...listOf(90_000, 0)],
        [7, [1, 6, ...new TextEncoder().encode('_start'), 0, 0]],
        [10, ...listOf(90_000, 2, 0, 0x0b)],
      ),
    expected: { ending: ok, gas: 0 },
  },
  {
    name: 'a custom section of nine megabytes',
    bytes: () =>
      sections(
        [0, [1, 0x61], { times: 9_000_000, bytes: [0xff] }],
        [1, [1, 0x60, 0, 0]],
        [3, [1, 0]],
        [7, [1, 6, ...new TextEncoder().encode('_start'), 0, 0]],
        [10, [1, 2, 0, 0x0b]],
      ),
    expected: { ending: ok, gas: 0 },
  },
  {
    name: 'functions that are just not too complex',
    bytes: () => complexFunctions(2),
    limits: { memoryMb: 2_048 },
    expected: { ending: ok },
  },
]

/** Functions of loops over three thousand locals, all called by the command. */
function complexFunctions(count: number): Uint8Array {
  const loops = sizedBody([1, ...unsigned(3_000), 0x7f], { times: 2_600, bytes: [3, 0x40, 0x0b] })
  const calls = Array.from({ length: count }, (_, index) => [0x10, ...unsigned(index + 1)])
  return sections(
    [1, [1, 0x60, 0, 0]],
    [3, ...listOf(count + 1, 0)],
    [7, [1, 6, ...new TextEncoder().encode('_start'), 0, 0]],
    [10, unsigned(count + 1), sizedBody([0], calls.flat()), ...new Array(count).fill(loops)],
  )
}

export const exhaustingRuns = [...loops, ...stacks, ...memories, ...heavy]
