// Every hostile module is refused for its own reason, before it has cost more than reading it.
import { describe, expect, test } from 'vitest'
import { parseModule } from '../module/parse.ts'
import { catchingRefusal, type RejectionCode, rejectionCodes } from '../module/rejection.ts'
import type { HostileModule } from '../testing/hostile-module.ts'
import { hostileModules } from '../testing/hostile-modules.ts'
import { inspect } from './inspect.ts'
import { instrument } from './instrument.ts'
import { scanModule } from './scan.ts'

const options = { memoryPagesMax: 1_024, trace: true }

describe('a hostile module', () => {
  test.each(hostileModules)('is refused with $code: $name', ({ bytes, code, detail }) => {
    const given = bytes()
    const made = instrument(given, options)

    expect(made).toMatchObject({ ok: false, code, ...(detail === undefined ? {} : { detail }) })
    if (made.ok || made.offset === null) return
    expect(made.offset).toBeLessThanOrEqual(given.length)
  })

  test('is described as far as it can be read, and refused for the same reason', () => {
    for (const { bytes, code, name } of hostileModules.filter(isSmall)) {
      expect(inspect(bytes(), options).rejection?.code, name).toBe(code)
    }
  })

  test('is read at most a few times over before it is refused', () => {
    for (const { bytes, name } of hostileModules.filter(isRefusedUnwritten)) {
      const given = bytes()
      expect(readsOf(given), name).toBeLessThanOrEqual(100 + 4 * given.length)
    }
  })

  test('exists for every reason there is', () => {
    const seen = new Set<RejectionCode>(hostileModules.map(({ code }) => code))
    expect(Object.keys(rejectionCodes).filter((code) => !seen.has(code as RejectionCode))).toEqual(
      [],
    )
  })

  test('has a name of its own', () => {
    const names = hostileModules.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBeGreaterThan(100)
  })
})

/** Megabytes of input need no second look for what only a description is tested for. */
function isSmall({ code }: HostileModule): boolean {
  return !code.startsWith('LIMIT_')
}

/** What becomes too large by being written is read as a sound module is. */
function isRefusedUnwritten({ code }: HostileModule): boolean {
  return code !== 'LIMIT_INSTRUMENTED_BYTES'
}

/** How often a byte is looked at until a module is refused. */
function readsOf(bytes: Uint8Array): number {
  let reads = 0
  const counted = new Proxy(bytes, {
    get(target, key) {
      if (typeof key === 'string' && /^\d/.test(key)) reads++
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  catchingRefusal(() => scanModule(parseModule(counted)))
  return reads
}
