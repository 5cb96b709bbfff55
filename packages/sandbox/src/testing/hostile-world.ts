// Runs that turn against the host: its calls, its streams, its clock, and how it is entered.
import { errno } from '../wasi/errno.ts'
import {
  calling,
  endlessGas,
  forever,
  guest,
  type HostileRun,
  i32,
  ok,
  outOfGas,
  put,
  rejected,
} from './hostile-run.ts'

/** Writes what one vector at 0 names, to stdout. */
const write = 'i32.const 1 i32.const 0 i32.const 1 i32.const 8 call 0'

/** What one call answers, as the result of `f`. */
function answer(name: string, words: string, errnoExpected: number): HostileRun {
  const imports = [name.split(':')[0] as 'fd_write']
  return {
    name,
    bytes: guest(words, { imports, results: ['i32'] }),
    request: { call: calling() },
    expected: { ending: ok, results: [i32(errnoExpected)] },
  }
}

function exiting(code: number, expected: HostileRun['expected']): HostileRun {
  return {
    name: `an exit with ${code}`,
    bytes: guest(`i32.const ${code} call 0 unreachable`, { imports: ['proc_exit'] }),
    expected,
  }
}

const floods: readonly HostileRun[] = [
  {
    name: 'a flood of output',
    bytes: guest(`${put(0, 16)} ${put(4, 65_520)} ${forever(`${write} drop`)}`, {
      imports: ['fd_write'],
    }),
    request: { outputBytesMax: 1_000_000 },
    expected: { ending: { kind: 'output_limit' }, stdout: new Uint8Array(1_000_000) },
  },
  {
    name: 'a flood of output in single bytes',
    bytes: guest(`${put(0, 16)} ${put(4, 1)} ${forever(`${write} drop`)}`, {
      imports: ['fd_write'],
    }),
    request: { outputBytesMax: 5_000 },
    expected: { ending: { kind: 'output_limit' }, stdout: new Uint8Array(5_000) },
  },
  {
    name: 'a flood of single bytes that its gas ends',
    bytes: guest(`${put(0, 16)} ${put(4, 1)} ${forever(`${write} drop`)}`, {
      imports: ['fd_write'],
    }),
    request: { outputBytesMax: 1e9 },
    expected: { ending: outOfGas, gas: 5_000_000 },
  },
  {
    name: 'a flood of nothing',
    bytes: guest(`${put(0, 16)} ${forever(`${write} drop`)}`, { imports: ['fd_write'] }),
    expected: { ending: outOfGas, gas: 5_000_000, stdout: new Uint8Array(0) },
  },
  {
    name: 'host calls without end',
    bytes: guest(forever('call 0 drop'), { imports: ['sched_yield'] }),
    expected: { ending: outOfGas, gas: 5_000_000 },
  },
  {
    name: 'four gigabytes of randomness',
    bytes: guest('i32.const 0 i32.const -1 call 0 drop', { imports: ['random_get'] }),
    expected: { ending: outOfGas, gas: 5_000_000 },
  },
  {
    name: 'randomness without end, and gas for it',
    bytes: guest(forever('i32.const 0 i32.const 67108864 call 0 drop'), {
      imports: ['random_get'],
      memory: { min: 1_024 },
    }),
    request: { gas: endlessGas },
    limits: { deadlineMs: 300 },
    expected: { fault: 'timeout' },
  },
  {
    name: 'a wait for the clock to show another day',
    bytes: guest(
      `loop i32.const 1 i64.const 0 i32.const 0 call 0 drop
       i32.const 0 i64.load i64.const 86400000000000 i64.lt_u br_if 0 end`,
      { imports: ['clock_time_get'] },
    ),
    expected: { ending: outOfGas, gas: 5_000_000 },
  },
  {
    name: 'a sleep of an hour',
    // One subscription at 64: the monotonic clock, 3.6e12 ns from now.
    bytes: guest(
      `${put(80, 1)} i32.const 88 i64.const 3600000000000 i64.store
       i32.const 64 i32.const 256 i32.const 1 i32.const 512 call 0 drop`,
      { imports: ['poll_oneoff'] },
    ),
    expected: { ending: outOfGas, gas: 5_000_000 },
  },
  {
    name: 'a sleep until the end of time',
    bytes: guest(
      `${put(80, 1)} i32.const 88 i64.const -1 i64.store
       i32.const 64 i32.const 256 i32.const 1 i32.const 512 call 0 drop`,
      { imports: ['poll_oneoff'] },
    ),
    expected: { ending: outOfGas, gas: 5_000_000 },
  },
]

const misuse: readonly HostileRun[] = [
  answer(
    'fd_write: a vector beyond the memory',
    `${put(0, 65_530)} ${put(4, 100)} ${write}`,
    errno.fault,
  ),
  answer(
    'fd_write: a vector that wraps at 32 bits',
    `${put(0, -8)} ${put(4, 16)} ${write}`,
    errno.fault,
  ),
  answer(
    'fd_write: vectors that lie beyond the memory',
    'i32.const 1 i32.const -4 i32.const 1 i32.const 8 call 0',
    errno.fault,
  ),
  answer(
    'fd_write: a thousand and twenty-five vectors',
    'i32.const 1 i32.const 0 i32.const 1025 i32.const 8 call 0',
    errno.inval,
  ),
  answer(
    'fd_write: four billion vectors',
    'i32.const 1 i32.const 0 i32.const -1 i32.const 8 call 0',
    errno.inval,
  ),
  answer(
    'fd_write: a count that has no place',
    `${put(0, 16)} i32.const 1 i32.const 0 i32.const 1 i32.const 65533 call 0`,
    errno.fault,
  ),
  answer(
    'fd_write: to stdin',
    'i32.const 0 i32.const 0 i32.const 0 i32.const 8 call 0',
    errno.badf,
  ),
  answer(
    'fd_write: to what was never opened',
    'i32.const 3 i32.const 0 i32.const 0 i32.const 8 call 0',
    errno.badf,
  ),
  answer(
    'fd_write: to a negative descriptor',
    'i32.const -1 i32.const 0 i32.const 0 i32.const 8 call 0',
    errno.badf,
  ),
  answer(
    'fd_read: from stdout',
    'i32.const 1 i32.const 0 i32.const 0 i32.const 8 call 0',
    errno.badf,
  ),
  answer('fd_prestat_get: a folder', 'i32.const 3 i32.const 0 call 0', errno.badf),
  answer(
    'path_open: a file of the host',
    `i32.const 3 i32.const 0 i32.const 16 i32.const 11 i32.const 0 i64.const -1 i64.const -1
     i32.const 0 i32.const 8 call 0`,
    errno.badf,
  ),
  answer('sock_accept: a stranger', 'i32.const 3 i32.const 0 i32.const 8 call 0', errno.badf),
  answer('proc_raise: a signal', 'i32.const 9 call 0', errno.nosys),
  answer('clock_time_get: no clock', 'i32.const 9 i64.const 0 i32.const 0 call 0', errno.inval),
  answer(
    'poll_oneoff: four billion subscriptions',
    'i32.const 0 i32.const 0 i32.const -1 i32.const 0 call 0',
    errno.inval,
  ),
  {
    name: 'a closed stream written to',
    bytes: guest('i32.const 1 call 1 drop i32.const 1 i32.const 0 i32.const 0 i32.const 8 call 0', {
      imports: ['fd_write', 'fd_close'],
      results: ['i32'],
    }),
    request: { call: calling() },
    expected: { ending: ok, results: [i32(errno.badf)] },
  },
  {
    name: 'a write without a memory',
    bytes: guest(write, { imports: ['fd_write'], memory: null, results: ['i32'] }),
    request: { call: calling() },
    expected: { ending: ok, results: [i32(errno.fault)], memoryPages: 0 },
  },
]

const exits: readonly HostileRun[] = [
  exiting(0, { ending: ok }),
  exiting(1, { ending: { kind: 'exit', exit_code: 1 } }),
  exiting(255, { ending: { kind: 'exit', exit_code: 255 } }),
  exiting(256, { ending: { kind: 'exit', exit_code: 255 } }),
  exiting(-1, { ending: { kind: 'exit', exit_code: 255 } }),
  {
    name: 'an exit in the start function',
    bytes: guest('unreachable', {
      imports: ['proc_exit'],
      more: (module) => module.start(module.function({ body: 'i32.const 3 call 0' })),
    }),
    expected: { ending: { kind: 'exit', exit_code: 3 } },
  },
]

const entries: readonly HostileRun[] = [
  {
    name: 'no _start',
    bytes: guest('', { export: 'main' }),
    expected: { ending: rejected('CALL_EXPORT_MISSING'), gas: 0 },
  },
  {
    name: 'a _start that is no function',
    bytes: guest('', {
      export: 'main',
      more(module) {
        module.global({ type: 'i32', init: 'i32.const 0', export: '_start' })
      },
    }),
    expected: { ending: rejected('CALL_EXPORT_MISSING'), gas: 0 },
  },
  {
    name: 'a _start with parameters',
    bytes: guest('', {
      export: 'main',
      more: (module) => void module.function({ export: '_start', params: ['i32'], body: '' }),
    }),
    expected: { ending: rejected('CALL_EXPORT_TYPE'), gas: 0 },
  },
  {
    name: 'a _start with results',
    bytes: guest('i32.const 0', { export: '_start', results: ['i32'] }),
    expected: { ending: rejected('CALL_EXPORT_TYPE'), gas: 0 },
  },
  {
    name: 'a _start that is a function of the host',
    bytes: guest('', {
      export: 'main',
      imports: ['proc_exit'],
      more: (module) => module.export('_start', 0, 0),
    }),
    expected: { ending: rejected('CALL_EXPORT_TYPE'), gas: 0 },
  },
  {
    name: 'a call of a method that every object has',
    bytes: guest(''),
    request: { call: calling('constructor') },
    expected: { ending: rejected('CALL_EXPORT_MISSING'), gas: 0 },
  },
  {
    name: 'a call of what is ours',
    bytes: guest('', { more: (module) => module.start(module.function({ body: '' })) }),
    request: { call: calling('vcp:start') },
    expected: { ending: rejected('CALL_EXPORT_MISSING'), gas: 0 },
  },
  {
    name: 'a call of a function that takes references',
    bytes: guest('', {
      more: (module) => void module.function({ export: 'f', params: ['funcref'], body: '' }),
    }),
    request: { call: calling('f', { type: 'i32', value: 0 }) },
    expected: { ending: rejected('CALL_EXPORT_TYPE'), gas: 0 },
  },
  {
    name: 'exports that look like those of an object or a promise',
    bytes: guest('', {
      more(module) {
        for (const name of ['then', '__proto__', 'toString', '']) module.export(name, 0, 0)
      },
    }),
    expected: { ending: ok, gas: 0 },
  },
]

export const worldlyRuns = [...floods, ...misuse, ...exits, ...entries]
