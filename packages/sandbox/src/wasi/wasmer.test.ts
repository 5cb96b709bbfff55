import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { propertyRuns } from '../testing/property.ts'
import { type WasiGuest, wasiGuest } from '../testing/wasi-guest.ts'
import { deterministicProvider } from './deterministic.ts'
import { describeProvider } from './provider.conformance.ts'
import { type WasiFunction, wasiSignatures } from './signatures.ts'
import { createWasmerProvider } from './wasmer.ts'

const wasmer = await createWasmerProvider()

describeProvider(wasmer)

describe('the two providers', () => {
  test('agree on any sequence of any calls, with any arguments', () => {
    const names = Object.keys(wasiSignatures) as WasiFunction[]
    const streams = fc.constantFrom<WasiFunction>('fd_read', 'fd_write', 'args_get', 'environ_get')
    const step = fc.record({
      name: fc.oneof({ weight: 3, arbitrary: streams }, fc.constantFrom(...names)),
      numbers: fc.array(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer()), {
        minLength: 9,
        maxLength: 9,
      }),
    })
    const world = fc.record({
      args: fc.array(fc.string({ unit: 'binary' }).map(withoutNul), { minLength: 1, maxLength: 4 }),
      env: fc.dictionary(fc.stringMatching(/^[A-Za-z0-9_]{1,4}$/), fc.string().map(withoutNul)),
      stdin: fc.uint8Array({ maxLength: 200 }),
      outputBytesMax: fc.integer({ min: 0, max: 500 }),
      memory: fc.uint8Array({ minLength: 400, maxLength: 400, max: 40 }),
    })
    fc.assert(
      fc.property(world, fc.array(step, { maxLength: 30 }), ({ memory, ...settings }, steps) => {
        const [ours, theirs] = [deterministicProvider, wasmer].map((provider) => {
          const guest = wasiGuest(provider, { ...settings, gas: 1e6, pages: 1 })
          guest.bytes().set(memory)
          return transcript(guest, steps)
        })
        expect(theirs).toEqual(ours)
      }),
      { numRuns: propertyRuns },
    )
  })
})

function withoutNul(text: string): string {
  return text.replaceAll('\0', '')
}

interface Step {
  readonly name: WasiFunction
  readonly numbers: readonly number[]
}

/** Everything that the outside and the guest can see of a run of these calls. */
function transcript(guest: WasiGuest, steps: readonly Step[]): unknown {
  const answers: unknown[] = []
  for (const { name, numbers } of steps) {
    const given = wasiSignatures[name].params.map((type, i) =>
      type === 'i64' ? BigInt(numbers[i]!) : numbers[i]!,
    )
    const answer = guest.call(name, ...given)
    answers.push(answer)
    if (typeof answer !== 'number') break
  }
  return {
    answers,
    gas: guest.gasUsed(),
    position: guest.session.position(),
    memory: guest.bytes().slice(0, 1_000),
    stdout: guest.session.written('stdout').slice(),
    stderr: guest.session.written('stderr').slice(),
  }
}
