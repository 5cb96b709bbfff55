import { describe, expect, test } from 'vitest'
import { wasiGuest } from '../testing/wasi-guest.ts'
import { epochNs } from './clock.ts'
import { deterministicProvider } from './deterministic.ts'
import { errno } from './errno.ts'
import { prices, subscriptionsMax, vectorsMax } from './prices.ts'
import { type WasiFunction, wasiSignatures } from './signatures.ts'

const RESULT = 1_000
const VECTORS = 2_000
const DATA = 40_000
const END = 8 * 65_536
const names = Object.keys(wasiSignatures) as WasiFunction[]

function guestOf(settings: Parameters<typeof wasiGuest>[1] = {}) {
  return wasiGuest(deterministicProvider, settings)
}

/** Arguments of the right types, all the same number. */
function filled(name: WasiFunction, value: number): (number | bigint)[] {
  return wasiSignatures[name].params.map((type) => (type === 'i64' ? BigInt(value) : value))
}

describe('WASI preview 1', () => {
  test('is there with all of its 46 functions', () => {
    expect(names).toHaveLength(46)
    expect(Object.keys(guestOf().session.imports).sort()).toEqual([...names].sort())
  })

  test.each(names)('charges %s before it looks at anything', (name) => {
    const guest = guestOf({ gas: prices.hostCall - 1 })

    expect(guest.call(name, ...filled(name, 0))).toEqual({ kind: 'out_of_gas' })
    expect(guest.gasUsed()).toBe(0)
  })

  test.each(names)('survives %s with the largest and the least of numbers', (name) => {
    for (const value of [-1, 2 ** 31 - 1, -(2 ** 31), END, END - 1]) {
      const guest = guestOf({ gas: 1e6, stdin: new Uint8Array(100) })
      guest.bytes().fill(0x55)
      const before = guest.bytes().slice(0, 60_000)
      guest.call(name, ...filled(name, value))

      expect(guest.bytes().slice(0, 60_000)).toEqual(before)
    }
  })

  test.each(names.filter((name) => /^(path|sock|fd_prestat)_/.test(name)))(
    'has no directory and no socket for %s',
    (name) => {
      for (const fd of [0, 1, 3, -1])
        expect(guestOf().call(name, ...filled(name, fd))).toBe(errno.badf)
    },
  )

  test.each(names.filter((name) => /^fd_/.test(name)))('knows no descriptor 3 for %s', (name) => {
    const [, ...rest] = filled(name, 0)

    expect(guestOf().call(name, 3, ...rest)).toBe(errno.badf)
    expect(guestOf().call(name, -1, ...rest)).toBe(errno.badf)
  })
})

describe('pointers', () => {
  test.each<[WasiFunction, (number | bigint)[]]>([
    ['args_get', [END - 3, DATA]],
    ['args_get', [DATA, END - 4]],
    ['args_sizes_get', [END - 3, DATA]],
    ['args_sizes_get', [DATA, END - 3]],
    ['environ_get', [DATA, END - 4]],
    ['environ_sizes_get', [DATA, -1]],
    ['clock_res_get', [0, END - 7]],
    ['clock_time_get', [0, 0n, END - 7]],
    ['fd_fdstat_get', [1, END - 23]],
    ['fd_filestat_get', [1, END - 63]],
    ['fd_read', [0, END - 7, 1, RESULT]],
    ['fd_read', [0, VECTORS, 0, END - 3]],
    ['fd_write', [1, END - 7, 1, RESULT]],
    ['fd_write', [1, VECTORS, 0, END - 3]],
    ['fd_write', [1, -8, 2, RESULT]],
    ['poll_oneoff', [END - 47, DATA, 1, RESULT]],
    ['poll_oneoff', [DATA, END - 31, 1, RESULT]],
    ['poll_oneoff', [DATA, DATA, 1, END - 3]],
    ['random_get', [END - 9, 10]],
    ['random_get', [-1, 1]],
  ])('of %s out of bounds answer EFAULT (case %#)', (name, given) => {
    const guest = guestOf({ args: ['task'], env: { A: 'bc' } })
    const before = guest.bytes().slice()

    expect(guest.call(name, ...given)).toBe(errno.fault)
    expect(guest.bytes()).toEqual(before)
  })

  test.each([
    [DATA, END],
    [END - 4, 5],
    [END + 1, 0],
    [0xffff_ffff, 0xffff_ffff],
    [0xffff_fff8, 16],
  ])('in a vector out of bounds answer EFAULT, and nothing is moved: %i, %i', (at, bytes) => {
    const guest = guestOf({ stdin: new Uint8Array(100).fill(1) })
    guest.vectors(VECTORS, [
      [DATA, 4],
      [at, bytes],
    ])

    expect(guest.call('fd_write', 1, VECTORS, 2, RESULT)).toBe(errno.fault)
    expect(guest.call('fd_read', 0, VECTORS, 2, RESULT)).toBe(errno.fault)
    expect(guest.written('stdout')).toBe('')
    expect(guest.session.position().stdinBytes).toBe(0)
    expect(guest.bytes()[DATA]).toBe(0)
  })

  test('may end where the memory does', () => {
    const guest = guestOf()
    guest.vectors(END - 8, [[END, 0]])

    expect(guest.call('fd_write', 1, END - 8, 1, RESULT)).toBe(errno.success)
    expect(guest.call('random_get', END - 10, 10)).toBe(errno.success)
  })

  test('reach what the memory grew by', () => {
    const guest = guestOf()
    expect(guest.call('random_get', END, 10)).toBe(errno.fault)
    guest.grow(1)

    expect(guest.call('random_get', END, 10)).toBe(errno.success)
    expect(guest.bytes().slice(END, END + 10)).not.toEqual(new Uint8Array(10))
  })
})

describe('vectors', () => {
  test.each([vectorsMax + 1, -1, 2 ** 31])('are bounded: %i of them answer EINVAL', (count) => {
    const guest = guestOf()

    expect(guest.call('fd_write', 1, VECTORS, count, RESULT)).toBe(errno.inval)
    expect(guest.call('fd_read', 0, VECTORS, count, RESULT)).toBe(errno.inval)
    expect(guest.gasUsed()).toBe(2 * prices.hostCall)
  })

  test('may be as many as the bound', () => {
    expect(guestOf().call('fd_write', 1, VECTORS, vectorsMax, RESULT)).toBe(errno.success)
  })

  test('that all name the same large range are paid for before they are copied', () => {
    const guest = guestOf({ gas: 2e8, outputBytesMax: 1e9 })
    guest.vectors(
      VECTORS,
      Array.from({ length: vectorsMax }, () => [0, END]),
    )

    expect(guest.call('fd_write', 1, VECTORS, vectorsMax, RESULT)).toEqual({ kind: 'out_of_gas' })
    expect(guest.written('stdout')).toBe('')
  })

  test('of more than 32 bits together answer EINVAL', () => {
    const guest = guestOf({ gas: 1e12, pages: 64, outputBytesMax: 1e3 })
    guest.vectors(
      VECTORS,
      Array.from({ length: vectorsMax }, () => [0, 64 * 65_536]),
    )

    expect(guest.call('fd_write', 1, VECTORS, vectorsMax, RESULT)).toBe(errno.inval)
  })

  test('of a large flood end the run without more memory than the bound', () => {
    const guest = guestOf({ gas: 1e12, pages: 64, outputBytesMax: 2_500_000 })
    guest.vectors(VECTORS, [[0, 1_000_000]])

    expect(guest.call('fd_write', 1, VECTORS, 1, RESULT)).toBe(errno.success)
    expect(guest.call('fd_write', 1, VECTORS, 1, RESULT)).toBe(errno.success)
    expect(guest.call('fd_write', 1, VECTORS, 1, RESULT)).toEqual({ kind: 'output_limit' })
    expect(guest.session.written('stdout')).toHaveLength(2_500_000)
  })
})

describe('descriptors', () => {
  test('are the three streams, which look like pipes', () => {
    const guest = guestOf()
    for (const [fd, rights] of [1n << 1n, 1n << 6n, 1n << 6n].entries()) {
      expect(guest.call('fd_fdstat_get', fd, DATA)).toBe(errno.success)
      expect(guest.bytes()[DATA]).toBe(0)
      expect(guest.view().getBigUint64(DATA + 8, true) & ((1n << 6n) | (1n << 1n))).toBe(rights)
      expect(guest.call('fd_filestat_get', fd, DATA)).toBe(errno.success)
      expect(guest.call('fd_seek', fd, 0n, 0, RESULT)).toBe(errno.spipe)
      expect(guest.call('fd_tell', fd, RESULT)).toBe(errno.spipe)
    }
  })

  test('are read or written, not both', () => {
    const guest = guestOf({ stdin: new Uint8Array(3) })

    expect(guest.call('fd_write', 0, VECTORS, 0, RESULT)).toBe(errno.badf)
    expect(guest.call('fd_read', 1, VECTORS, 0, RESULT)).toBe(errno.badf)
    expect(guest.call('fd_read', 2, VECTORS, 0, RESULT)).toBe(errno.badf)
  })

  test('are gone once closed', () => {
    const guest = guestOf()

    expect(guest.call('fd_close', 1)).toBe(errno.success)
    expect(guest.call('fd_close', 1)).toBe(errno.badf)
    expect(guest.call('fd_write', 1, VECTORS, 0, RESULT)).toBe(errno.badf)
    expect(guest.call('fd_fdstat_get', 1, DATA)).toBe(errno.badf)
    expect(guest.call('fd_write', 2, VECTORS, 0, RESULT)).toBe(errno.success)
    expect(guest.session.position().descriptors).toBe('i-e')
  })

  test('move onto one another', () => {
    const guest = guestOf()
    guest.bytes().fill(0x61, DATA, DATA + 3)
    guest.vectors(VECTORS, [[DATA, 3]])

    expect(guest.call('fd_renumber', 2, 1)).toBe(errno.success)
    expect(guest.call('fd_write', 1, VECTORS, 1, RESULT)).toBe(errno.success)
    expect([guest.written('stdout'), guest.written('stderr')]).toEqual(['', 'aaa'])
    expect(guest.call('fd_write', 2, VECTORS, 1, RESULT)).toBe(errno.badf)
    expect(guest.call('fd_renumber', 1, 1)).toBe(errno.success)
    expect(guest.call('fd_renumber', 1, 2)).toBe(errno.badf)
    expect(guest.call('fd_renumber', 1, 7)).toBe(errno.badf)
    expect(guest.call('fd_renumber', 7, 1)).toBe(errno.badf)
    expect(guest.session.position().descriptors).toBe('ie-')
  })
})

describe('exit', () => {
  test.each([
    [0, { kind: 'ok' }],
    [1, { kind: 'exit', exit_code: 1 }],
    [255, { kind: 'exit', exit_code: 255 }],
    [256, { kind: 'exit', exit_code: 255 }],
    [-1, { kind: 'exit', exit_code: 255 }],
  ])('with %i ends the run with %j', (code, ending) => {
    expect(guestOf().call('proc_exit', code)).toEqual(ending)
  })

  test('by a signal is not to be had', () => {
    expect(guestOf().call('proc_raise', 9)).toBe(errno.nosys)
  })
})

describe('the clock', () => {
  test('shows the gas as nanoseconds, and the wall clock a fixed day before it', () => {
    const guest = guestOf()
    const shown = [0, 1, 2, 3].map((clock) => {
      expect(guest.call('clock_time_get', clock, 0n, RESULT)).toBe(errno.success)
      return guest.view().getBigUint64(RESULT, true)
    })

    expect(shown).toEqual([epochNs + 500n, 1_000n, 1_500n, 2_000n])
    expect(new Date(Number(epochNs / 1_000_000n)).toISOString()).toBe('2020-01-01T00:00:00.000Z')
  })

  test.each([4, -1])('has no clock %i', (clock) => {
    expect(guestOf().call('clock_time_get', clock, 0n, RESULT)).toBe(errno.inval)
    expect(guestOf().call('clock_res_get', clock, RESULT)).toBe(errno.inval)
  })

  test('ends whoever waits for it by asking', () => {
    const guest = guestOf({ gas: 1e6 })
    let calls = 0
    while (guest.call('clock_time_get', 1, 0n, RESULT) === errno.success) calls += 1

    expect(calls).toBe(1e6 / prices.hostCall)
  })
})

describe('poll', () => {
  const SECOND = 1_000_000_000n

  interface Subscribed {
    readonly kind: number
    readonly source: number
    readonly timeoutNs?: bigint
    readonly absolute?: boolean
  }

  /** Subscribes with 10, 11, ... as user data; gives the events as user data and errors. */
  function poll(guest: ReturnType<typeof guestOf>, subscribed: readonly Subscribed[]) {
    for (const [i, { kind, source, timeoutNs = 0n, absolute = false }] of subscribed.entries()) {
      const at = VECTORS + i * 48
      guest.view().setBigUint64(at, BigInt(10 + i), true)
      guest.view().setUint8(at + 8, kind)
      guest.view().setUint32(at + 16, source, true)
      guest.view().setBigUint64(at + 24, timeoutNs, true)
      guest.view().setUint16(at + 40, absolute ? 1 : 0, true)
    }
    const answer = guest.call('poll_oneoff', VECTORS, DATA, subscribed.length, RESULT)
    if (answer !== errno.success) return answer
    return Array.from({ length: guest.view().getUint32(RESULT, true) }, (_, i) => {
      const at = DATA + i * 32
      return [
        Number(guest.view().getBigUint64(at, true)),
        guest.view().getUint16(at + 8, true),
        guest.view().getUint8(at + 10),
        Number(guest.view().getBigUint64(at + 16, true)),
      ]
    })
  }

  test('sleeps in virtual time, which costs what passes', () => {
    const guest = guestOf({ gas: 1e10 })

    expect(poll(guest, [{ kind: 0, source: 1, timeoutNs: 3n * SECOND }])).toEqual([[10, 0, 0, 0]])
    expect(guest.gasUsed()).toBe(3e9 + prices.hostCall + prices.subscription)
  })

  test('sleeps until a moment, and not at all until one that has passed', () => {
    const guest = guestOf({ gas: 1e10 })
    const moment = epochNs + 2n * SECOND

    poll(guest, [{ kind: 0, source: 0, timeoutNs: moment, absolute: true }])
    expect(guest.gasUsed()).toBe(2e9)
    poll(guest, [{ kind: 0, source: 0, timeoutNs: moment, absolute: true }])
    expect(guest.gasUsed()).toBe(2e9 + prices.hostCall + prices.subscription)
  })

  test('wakes for the nearest of several times only', () => {
    const times = [3n, 1n, 2n, 1n].map((timeoutNs) => ({ kind: 0, source: 1, timeoutNs }))

    expect(poll(guestOf(), times)).toEqual([
      [11, 0, 0, 0],
      [13, 0, 0, 0],
    ])
  })

  test('does not sleep where a stream is ready', () => {
    const guest = guestOf({ stdin: new Uint8Array(7), outputBytesMax: 90 })
    const events = poll(guest, [
      { kind: 0, source: 1, timeoutNs: 1_000n * SECOND },
      { kind: 1, source: 0 },
      { kind: 2, source: 1 },
      { kind: 2, source: 0 },
      { kind: 1, source: 5 },
    ])

    expect(events).toEqual([
      [11, 0, 1, 7],
      [12, 0, 2, 90],
      [13, errno.badf, 2, 0],
      [14, errno.badf, 1, 0],
    ])
    expect(guest.gasUsed()).toBe(prices.hostCall + 5 * prices.subscription)
  })

  test('tells of a clock that does not exist', () => {
    expect(poll(guestOf(), [{ kind: 0, source: 9, timeoutNs: SECOND }])).toEqual([
      [10, errno.inval, 0, 0],
    ])
  })

  test('ends a sleep that nobody could pay for, at once', () => {
    const forever = { kind: 0, source: 1, timeoutNs: 2n ** 64n - 1n }

    expect(poll(guestOf(), [forever])).toEqual({ kind: 'out_of_gas' })
  })

  test.each([0, subscriptionsMax + 1, -1])('takes no %i subscriptions', (count) => {
    expect(guestOf().call('poll_oneoff', VECTORS, DATA, count, RESULT)).toBe(errno.inval)
  })

  test('takes no kind of subscription that it does not know', () => {
    expect(poll(guestOf(), [{ kind: 3, source: 0 }])).toBe(errno.inval)
  })
})

describe('randomness', () => {
  test('is paid for before it is made', () => {
    const guest = guestOf({ gas: 100_000, pages: 64 })

    expect(guest.call('random_get', 0, 4_000_000)).toEqual({ kind: 'out_of_gas' })
    expect(guest.bytes().every((byte) => byte === 0)).toBe(true)
    expect(guest.session.position().randomBytes).toBe(0)
  })

  test('follows the seed', () => {
    const draw = (seed: number) => {
      const guest = guestOf({ seed: new Uint8Array(32).fill(seed) })
      guest.call('random_get', DATA, 1_000)
      return guest.bytes().slice(DATA, DATA + 1_000)
    }

    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
  })
})
