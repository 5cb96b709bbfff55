import type { Digest } from '@vcp/protocol'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTrace, firstDifference } from '../run/trace.ts'
import { stepProgramOf } from '../testing/both-engines.ts'
import { propertyRuns } from '../testing/property.ts'
import { commandCall, runRequest } from '../testing/run-request.ts'
import { busy, mixing, summing } from '../testing/step-guests.ts'
import type { Side } from './dispute.ts'
import { createParty, type Fault, type Party, type RunParty } from './party.ts'
import { settleDispute } from './settle-dispute.ts'

const sumProgram = stepProgramOf(summing)
const sumRequest = runRequest({
  call: { kind: 'function', function: 'sum', arguments: [{ type: 'i32', value: 400 }] },
  gas: 100_000,
  checkpointGas: 500,
})
const busyProgram = stepProgramOf((module) => busy(module, 40))
const busyRequest = runRequest({
  call: { ...commandCall, stdin: new Uint8Array(100).fill(0x41) },
  checkpointGas: 5_000,
})

function party(fault: Fault | null = null): RunParty {
  return createParty(sumProgram, sumRequest, { fault })!
}

const honest = party()
const steps = honest.claim()!.steps

function settle(one: Party, other: Party, checkpoint: number | null = null) {
  return settleDispute(sumProgram, sumRequest, { one, other }, checkpoint)
}

function losersOf({ losses }: { losses: readonly { side: Side }[] }): Side[] {
  return losses.map(({ side }) => side)
}

describe('two parties that made the same run', () => {
  test('have nothing to dispute', () => {
    const { losses, dispute } = settle(honest, party())

    expect(losses).toEqual([])
    expect(dispute).toMatchObject({ verdict: { type: 'no_difference' }, messages: 4 })
  })
})

describe('a bit that fell over', () => {
  test('is found at its very step, with the instruction that did not do it', () => {
    // The first element of the table, after it was written and before it is read.
    const at = Math.floor(steps / 3)
    const faulty = party({ step: at, address: 64, bit: 3 })
    const { losses, judgement } = settle(honest, faulty)

    expect(losses).toEqual([{ side: 'other', reason: 'step_false' }])
    expect(judgement?.step?.step).toBe(at)
    expect(judgement?.step?.instruction.function).toBeGreaterThan(0)
    expect(judgement?.step?.witnessBytes).toBeLessThan(40_000)
  })

  test('on the stack is told with operands and result of the instruction', () => {
    const judged = Array.from({ length: 40 }, (_, i) => {
      const faulty = party({ step: 1_000 + i, address: null, bit: 2 })
      return settle(faulty, honest).judgement?.step ?? null
    })
    const add = judged.find((step) => step?.instruction.text === 'i32.add')!
    const [left, right] = add.instruction.operands.map(Number) as [number, number]

    expect(Number(add.result)).toBe(left + right)
    expect(add.instruction.offset).toBeGreaterThan(0)
  })

  test('wherever it is, loses for the one whose machine it was', () => {
    const faults = fc.record({
      step: fc.integer({ min: 1, max: steps }),
      address: fc.option(fc.nat(1_700), { nil: null }),
      bit: fc.nat(7),
    })
    fc.assert(
      fc.property(faults, fc.constantFrom<Side>('one', 'other'), (fault, side) => {
        const faulty = createParty(sumProgram, sumRequest, { fault, stepsMax: steps * 100 })!
        const isSame = faulty.claim()!.root === honest.claim()!.root
        const settled = side === 'one' ? settle(faulty, honest) : settle(honest, faulty)

        expect(losersOf(settled)).toEqual(isSame ? [] : [side])
      }),
      { numRuns: Math.min(propertyRuns, 60) },
    )
  })

  test('in a run that talks to the host is found as well', () => {
    const one = createParty(busyProgram, busyRequest)!
    const total = one.claim()!.steps
    for (const step of [10, 100, Math.floor(total / 2), total - 5]) {
      const fault = { step, address: 64, bit: 1 }
      const other = createParty(busyProgram, busyRequest, { fault })!
      const settled = settleDispute(busyProgram, busyRequest, { one, other })
      const isSame = one.claim()!.root === other.claim()!.root

      expect(losersOf(settled)).toEqual(isSame ? [] : ['other'])
    }
  })
})

describe('leaves of the traces', () => {
  test('narrow a dispute before the first bisection', () => {
    const program = stepProgramOf(mixing)
    const request = runRequest({
      call: { kind: 'function', function: 'mix', arguments: [{ type: 'i32', value: 900 }] },
      gas: 100_000,
      checkpointGas: 500,
    })
    const one = createParty(program, request)!
    const step = Math.floor(one.claim()!.steps * 0.7)
    const other = createParty(program, request, { fault: { step, address: null, bit: 3 } })!
    const checkpoint = firstDifference(
      createTrace(one.result.checkpoints),
      createTrace(other.result.checkpoints),
    )
    const narrow = settleDispute(program, request, { one, other }, checkpoint)
    const wide = settleDispute(program, request, { one, other })

    expect(checkpoint).toBeGreaterThan(5)
    expect(losersOf(narrow)).toEqual(['other'])
    expect(narrow.judgement?.step?.step).toBe(wide.judgement?.step?.step)
    expect(narrow.dispute.messages).toBeLessThan(wide.dispute.messages)
  })

  test('that are made up cost messages and change nothing', () => {
    const faulty = party({ step: 1_000, address: 64, bit: 3 })
    for (const checkpoint of [0, 1, 5, 1_000]) {
      expect(settle(honest, faulty, checkpoint).judgement?.step?.step).toBe(1_000)
    }
  })
})

describe('a party that', () => {
  const faulty = party({ step: 1_000, address: 64, bit: 3 })
  const rubbish = 'ff'.repeat(32) as Digest

  test.each<[string, Partial<Party>, string]>([
    ['says nothing', { claim: () => null }, 'no_answer'],
    ['falls silent', { root: () => null }, 'no_answer'],
    ['keeps its witness to itself', { witness: () => null }, 'no_answer'],
    ['talks nonsense', { root: () => 'yes' as Digest }, 'malformed_answer'],
    ['claims no steps', { claim: () => ({ steps: 0, root: rubbish }) }, 'malformed_answer'],
    ['claims half a step', { claim: () => ({ steps: 1.5, root: rubbish }) }, 'malformed_answer'],
    ['makes up every root', { root: () => rubbish }, 'step_false'],
    ['claims a run of one step', { claim: () => ({ steps: 1, root: rubbish }) }, 'contradiction'],
    [
      'claims to have run for longer than there are numbers',
      { claim: () => ({ steps: Number.MAX_SAFE_INTEGER, root: rubbish }) },
      'step_false',
    ],
    [
      'shows a witness of another step',
      { witness: (step) => faulty.witness(step + 1) },
      'witness_invalid',
    ],
    [
      'shows a witness of nothing',
      { witness: () => ({ pages: [], siblings: [] }) },
      'witness_invalid',
    ],
    ['shows no witness', { witness: () => 'here' as never }, 'malformed_answer'],
  ])('%s loses', (_, change, reason) => {
    for (const side of ['one', 'other'] as const) {
      const liar = { ...faulty, ...change }
      const settled = side === 'one' ? settle(liar, honest) : settle(honest, liar)

      expect(losersOf(settled)).toEqual([side])
      expect(settled.losses[0]?.reason).toBe(reason)
    }
  })

  test('is wrong has lost even against another that is wrong', () => {
    const other = party({ step: 1_000, address: 68, bit: 3 })

    expect(losersOf(settle(faulty, other)).length).toBeGreaterThan(0)
  })
})
