import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseModule } from '../module/parse.ts'
import { ModuleBuilder } from '../testing/module-builder.ts'
import { propertyRuns } from '../testing/property.ts'
import { wasiModule } from '../wasi/signatures.ts'
import { callGraph } from './call-graph.ts'
import { scanModule } from './scan.ts'

/** Functions that call those in their list; and one imported function, which all of them call. */
function graphOf(calls: readonly (readonly number[])[]) {
  const module = new ModuleBuilder()
  module.import(wasiModule, 'sched_yield', [], ['i32'])
  for (const callees of calls) {
    module.function({ body: `call 0 drop ${callees.map((each) => `call ${each + 1}`).join(' ')}` })
  }
  return callGraph(scanModule(parseModule(module.bytes())), 1, calls.length)
}

/** Which functions each can come to by one call or more. */
function reached(calls: readonly (readonly number[])[]): Set<number>[] {
  return calls.map((_, from) => {
    const found = new Set<number>()
    const waiting = [from]
    while (waiting.length > 0) {
      for (const next of calls[waiting.pop()!]!) {
        if (!found.has(next)) waiting.push(next)
        found.add(next)
      }
    }
    return found
  })
}

const someCalls = fc.integer({ min: 1, max: 12 }).chain((count) =>
  fc.array(fc.array(fc.nat({ max: count - 1 }), { maxLength: 4 }), {
    minLength: count,
    maxLength: count,
  }),
)

describe('the graph of calls', () => {
  test('has callees before callers', () => {
    expect([...graphOf([[1, 2], [2], []]).order]).toEqual([2, 1, 0])
  })

  test('has a head where a function calls itself, and in each cycle of several', () => {
    expect([...graphOf([[0], [2], [1], []]).heads]).toEqual([1, 1, 0, 0])
  })

  test('knows functions that call each other for a group', () => {
    const { groups } = graphOf([[1], [2], [0], [0]])
    expect(new Set([groups[0], groups[1], groups[2]]).size).toBe(1)
    expect(groups[3]).not.toBe(groups[0])
  })

  test('is any graph, its cycles all cut at heads', () => {
    fc.assert(
      fc.property(someCalls, (calls) => {
        const { order, heads, groups } = graphOf(calls)
        const reach = reached(calls)
        const place = new Map([...order].map((index, at) => [index, at]))
        expect(place.size).toBe(calls.length)
        for (const [caller, callees] of calls.entries()) {
          for (const callee of callees) {
            if (heads[callee] === 0) expect(place.get(callee)).toBeLessThan(place.get(caller)!)
          }
          for (const other of calls.keys()) {
            const mutual =
              other === caller || (reach[caller]!.has(other) && reach[other]!.has(caller))
            expect(groups[caller] === groups[other]).toBe(mutual)
          }
        }
      }),
      { numRuns: propertyRuns },
    )
  })

  test('is followed however deep it is', () => {
    const deep = Array.from({ length: 100_000 }, (_, index) => (index < 99_999 ? [index + 1] : []))
    const { order } = graphOf(deep)
    expect([order[0], order.at(-1)]).toEqual([99_999, 0])
  })
})
