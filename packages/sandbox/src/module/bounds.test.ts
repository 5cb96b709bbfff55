// Each bound from both sides: as many as there may be are accepted, one more is refused.
import { describe, expect, test } from 'vitest'
import { instrument } from '../instrument/instrument.ts'
import { unsigned } from '../testing/assemble.ts'
import { functionsOf, listOf, type Piece, sections, sizedBody } from '../testing/hostile-module.ts'
import { ModuleBuilder } from '../testing/module-builder.ts'
import { wasiModule } from '../wasi/signatures.ts'
import { type BoundName, bounds, within } from './bounds.ts'
import { catchingRefusal } from './rejection.ts'

const emptyType: [number, Piece] = [1, [1, 0x60, 0, 0]]
const oneFunction: [number, Piece] = [3, [1, 0]]
const oneBody: [number, Piece] = [10, [1, 2, 0, 0x0b]]
const utf8 = new TextEncoder()

function named(text: string): number[] {
  const bytes = utf8.encode(text)
  return [...unsigned(bytes.length), ...bytes]
}

/** One function of these pieces, without locals. */
function bodyOf(...pieces: Piece[]): Uint8Array {
  return functionsOf(sizedBody([0], ...pieces))
}

/** `locals` values live at each of `events` branches, blocks and calls. */
function complexBody(events: number): Uint8Array {
  const locals = [1, ...unsigned(1_999), 0x7f]
  return sizedBody(locals, { times: events - 1, bytes: [0x02, 0x40, 0x0b] })
}

/** What is not here is no count that a module states, or takes gigabytes to exceed. */
type Countable = Exclude<
  BoundName,
  'instrumentedBytes' | 'tableElementsMax' | 'functionComplexity' | 'moduleComplexity'
>

/** A module of just so many. */
const moduleWith: Readonly<Record<Countable, (count: number) => Uint8Array>> = {
  moduleBytes(count) {
    const frame = sections([0, [1, 0x61], { times: 3_000_000, bytes: [0] }]).length
    return sections([0, [1, 0x61], { times: count - frame + 3_000_000, bytes: [0] }])
  },
  types: (count) => sections([1, ...listOf(count, 0x60, 0, 0)]),
  parameters: (count) => sections([1, [1, 0x60], ...listOf(count, 0x7f), [0]]),
  results: (count) => sections([1, [1, 0x60, 0], ...listOf(count, 0x7f)]),
  imports(count) {
    const entry = [...named(wasiModule), ...named('sched_yield'), 0, 0]
    return sections([1, [1, 0x60, 0, 1, 0x7f]], [2, ...listOf(count, ...entry)])
  },
  functions: (count) =>
    sections(emptyType, [3, ...listOf(count, 0)], [10, ...listOf(count, 2, 0, 0x0b)]),
  globals: (count) => sections([6, ...listOf(count, 0x7f, 1, 0x41, 0, 0x0b)]),
  exports(count) {
    const entries = Array.from({ length: count }, (_, index) => [...named(`${index}`), 0, 0])
    return sections(emptyType, oneFunction, [7, unsigned(count), entries.flat()], oneBody)
  },
  nameBytes: (count) =>
    sections(emptyType, oneFunction, [7, [1], ...listOf(count, 0x61), [0, 0]], oneBody),
  tables: (count) => sections([4, ...listOf(count, 0x70, 0, 1)]),
  tableElements: (count) => sections([4, [1, 0x70, 0, ...unsigned(count)]]),
  elementSegments: (count) => sections([9, ...listOf(count, 1, 0, 0)]),
  elements: (count) =>
    sections(emptyType, oneFunction, [9, [1, 1, 0], ...listOf(count, 0)], oneBody),
  dataSegments: (count) => sections([11, ...listOf(count, 1, 0)]),
  memoryPages: (count) => sections([5, [1, 0, ...unsigned(count)]]),
  functionBytes: (count) => bodyOf({ times: count - 2, bytes: [0x01] }),
  locals: (count) => functionsOf(sizedBody([1, ...unsigned(count), 0x7f])),
  operands: (count) => bodyOf({ times: count, bytes: [0x41, 0] }, { times: count, bytes: [0x1a] }),
  nesting: (count) => bodyOf({ times: count, bytes: [2, 0x40] }, { times: count, bytes: [0x0b] }),
  branchTargets: (count) => bodyOf([0x41, 0, 0x0e], ...listOf(count, 0), [0]),
}

function outcomeOf(bytes: Uint8Array): string {
  const made = instrument(bytes, { memoryPagesMax: bounds.memoryPages.value, trace: false })
  return made.ok ? 'ok' : made.code
}

describe('a bound', () => {
  test.each(Object.entries(moduleWith))('is the most there may be: %s', (name, make) => {
    const { value, code } = bounds[name as Countable]
    expect(outcomeOf(make(value))).toBe('ok')
    expect(outcomeOf(make(value + 1))).toBe(code)
  })

  test('on locals includes the parameters', () => {
    const withParameter = (locals: number) => {
      const body = sizedBody([1, ...unsigned(locals), 0x7f])
      return sections([1, [1, 0x60, 1, 0x7f, 0]], oneFunction, [10, [1], body])
    }
    expect(outcomeOf(withParameter(bounds.locals.value - 1))).toBe('ok')
    expect(outcomeOf(withParameter(bounds.locals.value))).toBe('LIMIT_LOCALS')
  })

  test('on the elements of tables is on all of them together', () => {
    const half = bounds.tableElements.value / 2
    const tables = (second: number) =>
      sections([4, [2, 0x70, 0, ...unsigned(half), 0x70, 0, ...unsigned(second)]])
    expect(outcomeOf(tables(half))).toBe('ok')
    expect(outcomeOf(tables(half + 1))).toBe('LIMIT_TABLE_ELEMENTS')
  })

  test('on the complexity of a function is the product of its values and its branches', () => {
    const most = bounds.functionComplexity.value / 2_000
    expect(outcomeOf(functionsOf(complexBody(most)))).toBe('ok')
    expect(outcomeOf(functionsOf(complexBody(most + 1)))).toBe('LIMIT_FUNCTION_COMPLEXITY')
  })

  test('on the complexity of a module is the sum of those', () => {
    const { value } = bounds.moduleComplexity
    const largest = bounds.functionComplexity.value
    const bodies = new Array<Uint8Array>(Math.floor(value / largest)).fill(
      complexBody(largest / 2_000),
    )
    const rest = (value % largest) / 2_000
    expect(outcomeOf(functionsOf(...bodies, complexBody(rest)))).toBe('ok')
    const more = functionsOf(...bodies, complexBody(rest), sizedBody([0]))
    expect(outcomeOf(more)).toBe('LIMIT_MODULE_COMPLEXITY')
  })

  test("on a node's memory is its own", () => {
    const module = new ModuleBuilder()
    module.memory({ min: 17, max: 60_000 })
    const outcome = (memoryPagesMax: number) =>
      instrument(module.bytes(), { memoryPagesMax, trace: false })
    expect(outcome(17)).toMatchObject({ ok: true })
    expect(outcome(16)).toMatchObject({ code: 'LIMIT_MEMORY_PAGES' })
  })

  test('says what there is and what there may be', () => {
    expect(catchingRefusal(() => within('tables', 17, 5))).toEqual({
      ok: false,
      code: 'LIMIT_TABLES',
      detail: '17 tables, at most 16',
      offset: 5,
    })
  })
})
