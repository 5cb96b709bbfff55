import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stepProgramOf } from '../testing/both-engines.ts'
import { commandCall, runRequest } from '../testing/run-request.ts'
import { busy } from '../testing/step-guests.ts'
import { createStepMachine, type StepMachine } from './machine.ts'
import { createPast } from './past.ts'
import { createStateTree } from './state-tree.ts'

const program = stepProgramOf((module) => busy(module, 40))
const call = { ...commandCall, stdin: new Uint8Array(300).fill(0x42) }
const request = runRequest({ call, stackUnits: 5_000 })

function machineOf(): StepMachine {
  const machine = createStepMachine(program, request)
  if ('ending' in machine) throw new Error(machine.detail)
  return machine
}

describe('the past of a run', () => {
  test('can be gone to at any step, in any order, however few states were kept', () => {
    const through = machineOf()
    const roots = createStateTree(through)
    const rootAt = new Map<number, string>()
    while (!through.ended) {
      rootAt.set(through.state.steps, roots.root())
      through.run(97)
    }
    const stdout = through.host.outputs.stdout.bytes.slice()
    const places = fc.array(fc.constantFrom(...rootAt.keys()), { minLength: 2, maxLength: 12 })
    fc.assert(
      fc.property(places, (steps) => {
        const machine = machineOf()
        const tree = createStateTree(machine)
        const bounds = { keptMax: 4, distance: 30 }
        const past = createPast(machine, tree, (count) => machine.run(count), bounds)
        while (!machine.ended) past.advance()
        for (const step of steps) {
          past.goTo(step)
          expect(tree.root()).toBe(rootAt.get(step))
        }
        machine.run(Number.MAX_SAFE_INTEGER)
        expect(machine.host.outputs.stdout.bytes).toEqual(stdout)
      }),
      { numRuns: 20 },
    )
  })
})
