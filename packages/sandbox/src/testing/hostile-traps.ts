// Runs that trap, and runs that look at the bits of NaNs: both the same on every machine.

import { sections } from './hostile-module.ts'
import {
  calling,
  type GuestSpec,
  guest,
  type HostileRun,
  i32,
  ok,
  outOfGas,
  trapped,
} from './hostile-run.ts'

function trapping(name: string, words: string, spec: GuestSpec = {}): HostileRun {
  return { name, bytes: guest(words, spec), expected: { ending: trapped } }
}

const withTable: GuestSpec = {
  more(module) {
    const returns = module.function({ results: ['i32'], body: 'i32.const 1' })
    module.table({ min: 4 })
    module.element({ at: 1, items: [returns] })
    module.element({ mode: 'passive', items: [returns] })
  },
}

const traps: readonly HostileRun[] = [
  trapping('an unreachable instruction', 'unreachable'),
  trapping('a division by zero', 'i32.const 1 i32.const 0 i32.div_s drop'),
  trapping('a 64-bit remainder of zero', 'i64.const 1 i64.const 0 i64.rem_u drop'),
  trapping('a division that overflows', 'i32.const -2147483648 i32.const -1 i32.div_s drop'),
  trapping('a NaN made an integer', 'f64.const bits:7ff8000000000000 i32.trunc_f64_s drop'),
  trapping('a float too large for its integer', 'f32.const 1e20 i64.trunc_f32_u drop'),
  trapping('a load at the last byte', 'i32.const 65535 i32.load drop'),
  trapping('a load whose offset wraps', 'i32.const -1 i32.load @4294967295 drop'),
  trapping('a store below the memory', 'i32.const -1 i32.const 7 i32.store8'),
  trapping('a copy that reaches beyond', 'i32.const 0 i32.const 65535 i32.const 2 memory.copy'),
  trapping(
    'a segment used after it was dropped',
    'data.drop 0 i32.const 0 i32.const 0 i32.const 1 memory.init 0',
    { more: (module) => void module.data([1, 2, 3], null) },
  ),
  trapping('an indirect call of nothing', 'i32.const 0 call_indirect 0 0', withTable),
  trapping('an indirect call beyond the table', 'i32.const 9 call_indirect 0 0', withTable),
  trapping('an indirect call at minus one', 'i32.const -1 call_indirect 0 0', withTable),
  trapping('an indirect call of another signature', 'i32.const 1 call_indirect 0 0', withTable),
  trapping('a table read beyond its end', 'i32.const 4 table.get 0 drop', withTable),
  trapping(
    'a table filled beyond its end',
    'i32.const 3 ref.null i32.const 2 table.fill 0',
    withTable,
  ),
  trapping(
    'a table copied beyond its end',
    'i32.const 3 i32.const 0 i32.const 2 table.copy 0 0',
    withTable,
  ),
  trapping(
    'elements used after they were dropped',
    'elem.drop 1 i32.const 0 i32.const 0 i32.const 1 table.init 1 0',
    withTable,
  ),
  {
    name: 'nine megabytes of data for one page',
    bytes: () =>
      sections(
        [1, [1, 0x60, 0, 0]],
        [3, [1, 0]],
        [5, [1, 0, 1]],
        [7, [1, 6, ...new TextEncoder().encode('_start'), 0, 0]],
        [10, [1, 2, 0, 0x0b]],
        [11, [1, 0, 0x41, 0, 0x0b, 0xc0, 0xa8, 0xa5, 0x04], { times: 9_000_000, bytes: [1] }],
      ),
    expected: { ending: trapped, gas: 0, memoryPages: 0 },
  },
  {
    name: 'elements beyond their table',
    bytes: guest('', {
      more(module) {
        module.table({ min: 1 })
        module.element({ at: 1, items: [0] })
      },
    }),
    expected: { ending: trapped, gas: 0 },
  },
  {
    name: 'a copy beyond the memory that is not paid for either',
    bytes: guest('i32.const 0 i32.const 0 i32.const -1 memory.copy'),
    request: { gas: 1_000_000 },
    expected: { ending: outOfGas, gas: 1_000_000 },
  },
]

/** The bits of a float, as the i32 that `f` returns. */
function bits(name: string, words: string, expected: number, spec: GuestSpec = {}): HostileRun {
  return {
    name,
    bytes: guest(words, { results: ['i32'], locals: ['f32', 'f64'], ...spec }),
    request: { call: calling() },
    expected: { ending: ok, results: [i32(expected | 0)] },
  }
}

const canonical = 0x7fc0_0000
/** The high word of a canonical f64. */
const canonicalHigh = 0x7ff8_0000
const ones = 'f32.const bits:7fc00001'
const twos = 'f32.const bits:ffc00002'
const zeroByZero = 'f64.const 0 f64.const 0 f64.div'
const seen = 'i32.reinterpret_f32'
const seenHigh = 'i64.reinterpret_f64 i64.const 32 i64.shr_u i32.wrap_i64'

const floats: readonly HostileRun[] = [
  bits('which of two NaNs a sum keeps', `${ones} ${twos} f32.add ${seen}`, canonical),
  bits('which of two NaNs a minimum keeps', `${twos} ${ones} f32.min ${seen}`, canonical),
  bits('the sign of zero by zero', `${zeroByZero} ${seenHigh}`, canonicalHigh),
  bits('the root of minus one', `f32.const -1 f32.sqrt ${seen}`, canonical),
  bits('a NaN rounded', `${twos} f32.nearest ${seen}`, canonical),
  bits('a NaN demoted', `f64.const bits:fff8000000000001 f32.demote_f64 ${seen}`, canonical),
  bits('a NaN promoted', `f32.const bits:ff800123 f64.promote_f32 ${seenHigh}`, canonicalHigh),
  bits(
    'a NaN in memory',
    `i32.const 8 ${zeroByZero} f64.store i32.const 12 i32.load`,
    canonicalHigh,
  ),
  bits(
    'a NaN in a local, around a loop',
    `f64.const 1 local.set 1
     loop local.get 1 f64.const Infinity f64.mul f64.const 0 f64.mul local.tee 1
       local.get 1 f64.eq br_if 0 end
     local.get 1 ${seenHigh}`,
    canonicalHigh,
  ),
  bits(
    'a NaN in a global',
    `${ones} ${twos} f32.mul global.set 0 global.get 0 ${seen}`,
    canonical,
    {
      more: (module) => void module.global({ type: 'f32', mutable: true, init: 'f32.const 0' }),
    },
  ),
  bits('a NaN given to a function', `${ones} ${twos} f32.sub call 1`, canonical, {
    more(module) {
      const body = `local.get 0 ${seen}`
      module.function({ params: ['f32'], results: ['i32'], body })
    },
  }),
  bits('a NaN returned by a function', `call 1 ${seen}`, canonical, {
    more: (module) => void module.function({ results: ['f32'], body: `${ones} ${twos} f32.div` }),
  }),
  bits('a NaN chosen', `${ones} ${twos} f32.add f32.const 1 i32.const 1 select ${seen}`, canonical),
  bits(
    'a NaN with its sign turned',
    `f32.const 0 f32.const 0 f32.div f32.neg ${seen}`,
    0xffc0_0000,
  ),
  bits(
    'a NaN with the sign of another',
    `f32.const 1 f32.const 0 f32.const 0 f32.div f32.copysign ${seen}`,
    0x3f80_0000,
  ),
  bits('a signalling NaN that only moves', `f32.const bits:ffa00001 ${seen}`, 0xffa0_0001),
  bits(
    'a NaN that was loaded',
    `i32.const 8 i32.const 0x7fa12345 i32.store i32.const 8 f32.load local.tee 0 drop
     local.get 0 ${seen}`,
    0x7fa1_2345,
  ),
  bits(
    'a branch on the sign of a NaN',
    `${zeroByZero} i64.reinterpret_f64 i64.const 0 i64.lt_s
     if:i32 i32.const 1 else i32.const 2 end`,
    2,
  ),
]

export const trappingRuns = [...traps, ...floats]
