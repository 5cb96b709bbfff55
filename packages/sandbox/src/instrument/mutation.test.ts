// The short form of the mutation fuzzer; `fuzz/mutate.ts` is the long one, and repeats a case of
// this one by its number.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildVariant, generateModule } from '../testing/generated-module.ts'
import { mutated, Random } from '../testing/mutation.ts'
import { mutantOf, tryMutant } from '../testing/mutation-case.ts'
import { propertyRuns } from '../testing/property.ts'

const seed = 20_261_121

describe('a mutant of a module', () => {
  test('is refused, or rewritten to what the engine takes and can run', () => {
    const outcomes = new Map<string, number>()
    fc.assert(
      fc.property(fc.nat(), (nth) => {
        const outcome = tryMutant(mutantOf(seed, nth))
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }),
      { numRuns: 5 * propertyRuns, seed },
    )

    // Both ways are gone often, and refusals are of many kinds: the mutants are no mere noise.
    expect(outcomes.get('accepted')).toBeGreaterThan(propertyRuns / 2)
    expect(outcomes.get('accepted')).toBeLessThan(2.5 * propertyRuns)
    expect(outcomes.size).toBeGreaterThan(15)
  })

  test('is the same whenever it is made', () => {
    expect(mutantOf(seed, 7)).toEqual(mutantOf(seed, 7))
    expect(mutantOf(seed, 7)).not.toEqual(mutantOf(seed + 1, 7))
    expect(mutantOf(seed, 7)).not.toEqual(mutantOf(seed, 8))
  })

  test('leaves the module from which it was made as it was', () => {
    const module = buildVariant(generateModule(new Random(seed, 0).bytes(200)), 'as-is')
    const before = module.slice()
    for (let nth = 0; nth < 200; nth++) mutated(module, module, new Random(seed, nth))
    expect(module).toEqual(before)
  })
})
