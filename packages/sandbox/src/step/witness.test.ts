import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RunRequest } from '../run/request.ts'
import { stepProgramOf } from '../testing/both-engines.ts'
import { buildVariant, generateModule } from '../testing/generated-module.ts'
import { instrumented } from '../testing/guest.ts'
import { propertyRuns } from '../testing/property.ts'
import { commandCall, runRequest } from '../testing/run-request.ts'
import { busy, summing, tabular, wide } from '../testing/step-guests.ts'
import { instructionAt } from './instruction.ts'
import { initialRoot } from './judge.ts'
import { header, statePageBytes, stateStart, statuses } from './layout.ts'
import { createStepMachine, type StepMachine } from './machine.ts'
import { createStateTree } from './state-tree.ts'
import { type StepProgram, stepProgram } from './step-program.ts'
import { checkSegment, type SegmentWitness, segmentWitness, witnessPagesMax } from './witness.ts'

function machineOf(program: StepProgram, request: RunRequest): StepMachine {
  const machine = createStepMachine(program, request)
  if ('ending' in machine) throw new Error(machine.detail)
  return machine
}

const sumProgram = stepProgramOf(summing)
const sumRequest = runRequest({
  call: { kind: 'function', function: 'sum', arguments: [{ type: 'i32', value: 40 }] },
})
const busyProgram = stepProgramOf((module) => busy(module, 60))
const busyRequest = runRequest({
  call: { ...commandCall, stdin: new Uint8Array(200).fill(0x41) },
  checkpointGas: 2_000,
  stackUnits: 5_000,
})

/** A segment's witness, and the roots at both its ends. */
function segmentOf(program: StepProgram, request: RunRequest, from: number, steps: number) {
  const machine = machineOf(program, request)
  const tree = createStateTree(machine)
  machine.run(from)
  const preRoot = tree.root()
  const witness = segmentWitness(machine, tree, steps)
  return { preRoot, witness, postRoot: tree.root(), steps }
}

/** Checks a segment on a machine in which all that is not of the witness is rubbish. */
function checkAmongRubbish(
  program: StepProgram,
  request: RunRequest,
  segment: ReturnType<typeof segmentOf>,
) {
  const given = new Set(segment.witness.pages.map(({ page }) => page))
  return checkSegment(program, request, segment, ({ state }) => {
    const whole = state.bytes()
    for (let at = stateStart; at < whole.length; at += statePageBytes) {
      if (!given.has(at / statePageBytes)) whole.fill(0xaa, at, at + statePageBytes)
    }
  })
}

describe('a state', () => {
  test('has the same root however the steps up to it were divided', () => {
    const whole = machineOf(busyProgram, busyRequest)
    whole.run(3_000)
    const expected = createStateTree(whole).root()
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 12 }), (slices) => {
        const machine = machineOf(busyProgram, busyRequest)
        const tree = createStateTree(machine)
        for (const steps of slices.filter((_, i) => i < 7)) {
          machine.run(steps)
          tree.root()
        }
        machine.run(3_000 - machine.state.steps)
        expect(tree.root()).toBe(expected)
      }),
      { numRuns: 20 },
    )
  })

  test('at the beginning has the root that everybody can work out', () => {
    const other = { ...sumRequest, gas: sumRequest.gas + 1 }

    expect(createStateTree(machineOf(sumProgram, sumRequest)).root()).toBe(
      initialRoot(sumProgram, sumRequest),
    )
    expect(initialRoot(sumProgram, other)).not.toBe(initialRoot(sumProgram, sumRequest))
  })

  test('comes back as it was, and goes on as it did', () => {
    const machine = machineOf(busyProgram, busyRequest)
    const tree = createStateTree(machine)
    machine.run(500)
    const [root, snapshot] = [tree.root(), tree.snapshot()]
    machine.run(Number.MAX_SAFE_INTEGER)
    const [last, stdout] = [tree.root(), machine.host.outputs.stdout.bytes.slice()]
    tree.restore(snapshot)

    expect(tree.root()).toBe(root)
    machine.run(Number.MAX_SAFE_INTEGER)
    expect(tree.root()).toBe(last)
    expect(machine.host.outputs.stdout.bytes).toEqual(stdout)
  })

  test('holds the canonical NaN, whichever the machine made', () => {
    const program = stepProgramOf((module) => {
      const operands = 'f64.const bits:fff4000000000001 f64.const bits:7ff4000000000002'
      const single = 'f32.const bits:ffa00001 f32.const bits:7fa00002'
      const body = `${operands} f64.add drop ${single} f32.mul drop`
      module.function({ export: '_start', body })
    })
    const machine = machineOf(program, runRequest())
    const seen: bigint[] = []
    while (!machine.ended) {
      const { text } = instructionAt(machine)
      machine.run(1)
      if (/add|mul/.test(text)) seen.push(machine.state.slot(header.top))
    }

    expect(seen).toContain(0x7ff8000000000000n)
    expect(seen).toContain(0x7fc00000n)
  })

  test('once ended stays what it is', () => {
    const machine = machineOf(sumProgram, sumRequest)
    machine.run(Number.MAX_SAFE_INTEGER)
    const root = createStateTree(machine).root()
    machine.run(1)

    expect(machine.ended).toBe(true)
    expect(createStateTree(machine).root()).toBe(root)
  })
})

describe('a witness', () => {
  test('is enough for the segment, whatever lies around it', () => {
    const choices = fc.uint8Array({ minLength: 40, maxLength: 400 })
    fc.assert(
      fc.property(choices, fc.nat(400), fc.integer({ min: 1, max: 60 }), (given, from, steps) => {
        const functions = generateModule(given)
        const { bytes } = instrumented(buildVariant(functions, 'as-is'), { trace: true })
        const values = functions[0]!.params.map((type) =>
          type === 'i64' ? ({ type, value: '-3' } as const) : { type, value: 7 },
        )
        const call = { kind: 'function', function: 'f0', arguments: values } as const
        const request = runRequest({
          call,
          gas: 100_000,
          stackUnits: 5_000,
          checkpointGas: 50,
          trace: true,
        })
        const program = stepProgram(bytes)
        const segment = segmentOf(program, request, from, steps)
        const checked = checkAmongRubbish(program, request, segment)

        expect(checked).toMatchObject({ ok: true, postRoot: segment.postRoot })
      }),
      { numRuns: propertyRuns },
    )
  })

  test.each(['tables', 'segments', 'mismatch'])('is enough for each step of %s', (name) => {
    const program = stepProgramOf(tabular)
    const call = { kind: 'function', function: name, arguments: [] } as const
    const request = runRequest({ call, stackUnits: 5_000 })
    const machine = machineOf(program, request)
    machine.run(Number.MAX_SAFE_INTEGER)
    for (let from = 0; from < machine.state.steps; from++) {
      const segment = segmentOf(program, request, from, 1)
      const checked = checkAmongRubbish(program, request, segment)

      expect(checked).toMatchObject({ ok: true, postRoot: segment.postRoot })
    }
  })

  test('is enough where frames, tables and accesses lie across pages', () => {
    const program = stepProgramOf(wide)
    const call = { kind: 'function', function: 'wide', arguments: [] } as const
    const request = runRequest({ call, stackUnits: 5_000 })
    const scout = machineOf(program, request)
    const firsts = new Map<string, number>()
    while (!scout.ended) {
      const [name] = instructionAt(scout).text.split(' ')
      const step = scout.state.steps
      // Most steps only bring operands to and from their places, and are alike within a page.
      const places = [header.pc, header.sp].map((field) => scout.state.word(field) % statePageBytes)
      const isInside = places.every((at) => at >= 16 && at < statePageBytes - 16)
      if (isInside && /const|drop/.test(name!)) scout.run(1)
      else {
        const kind = `${name} ${scout.runTracking(1)}`
        if (!firsts.has(kind)) firsts.set(kind, step)
      }
    }
    expect(scout.state.status).toBe(statuses.returned)
    const machine = machineOf(program, request)
    const tree = createStateTree(machine)
    expect(firsts.size).toBeGreaterThan(100)
    for (const step of firsts.values()) {
      machine.run(step - machine.state.steps)
      const preRoot = tree.root()
      const witness = segmentWitness(machine, tree, 1)
      const segment = { preRoot, witness, postRoot: tree.root(), steps: 1 }
      const checked = checkAmongRubbish(program, request, segment)
      expect(checked).toMatchObject({ ok: true, postRoot: segment.postRoot })
    }
  })

  test('is enough for calls of the host, which are one step each', () => {
    for (let from = 0; from < 600; from += 7) {
      const segment = segmentOf(busyProgram, busyRequest, from, 7)
      const checked = checkAmongRubbish(busyProgram, busyRequest, segment)

      expect(checked).toMatchObject({ ok: true, postRoot: segment.postRoot })
    }
  })

  test('of one step is a few pages', () => {
    const { witness } = segmentOf(sumProgram, sumRequest, 200, 1)

    expect(witness.pages.length).toBeLessThan(8)
    expect(witness.siblings.length).toBeLessThan(60)
  })
})

describe('a forged witness', () => {
  const segment = segmentOf(sumProgram, sumRequest, 200, 20)
  const check = (change: Partial<SegmentWitness>, request = sumRequest) =>
    checkSegment(sumProgram, request, { ...segment, witness: { ...segment.witness, ...change } })
  const { pages, siblings } = segment.witness

  test('is refused where one byte is another', () => {
    for (const [i, { page, bytes }] of pages.entries()) {
      const changed = bytes.slice()
      changed[7 * i]! ^= 1
      const forged = pages.with(i, { page, bytes: changed })

      expect(check({ pages: forged })).toMatchObject({ code: 'WITNESS_ROOT' })
    }
    for (const [i, hash] of siblings.entries()) {
      const changed = hash.slice()
      changed[0]! ^= 1
      expect(check({ siblings: siblings.with(i, changed) })).toMatchObject({ code: 'WITNESS_ROOT' })
    }
  })

  test('is refused where a page that the steps need is left out, soundly proved as it is', () => {
    const machine = machineOf(sumProgram, sumRequest)
    const tree = createStateTree(machine)
    machine.run(200)
    tree.root()
    for (const [i] of pages.entries()) {
      const fewer = pages.filter((_, j) => j !== i)
      const proof = tree.proof(fewer.map(({ page }) => page))
      const code = i === 0 ? 'WITNESS_FORM' : 'WITNESS_INCOMPLETE'

      expect(check({ pages: fewer, siblings: proof.siblings })).toMatchObject({ code })
    }
  })

  test('is refused by its form', () => {
    const [first, second] = pages as unknown as [(typeof pages)[0], (typeof pages)[0]]
    const cases: Partial<SegmentWitness>[] = [
      { pages: [] },
      { pages: [second, first] },
      { pages: [first, first] },
      { pages: [{ ...first, page: 0 }, second] },
      { pages: [{ ...first, page: 256.5 }] },
      { pages: [{ ...first, bytes: new Uint8Array(5) }] },
      { pages: [...pages, { page: 2 ** 20, bytes: first.bytes }] },
      { pages: Array(witnessPagesMax + 1).fill(first) },
      { siblings: [] },
      { siblings: [...siblings, siblings[0]!] },
      { siblings: [new Uint8Array(31), ...siblings.slice(1)] },
      { siblings: Array(5_000).fill(siblings[0]!) },
    ]
    for (const change of cases) expect(check(change)).toMatchObject({ code: 'WITNESS_FORM' })
  })

  test('of another run or program is refused, however sound', () => {
    const other = { ...sumRequest, seed: new Uint8Array(32) }

    expect(check({}, other)).toMatchObject({ code: 'WITNESS_STATE' })
    expect(checkSegment(busyProgram, busyRequest, segment)).toMatchObject({ ok: false })
  })

  test('of a state that no program comes to never makes the judge throw', () => {
    const machine = machineOf(sumProgram, sumRequest)
    machine.run(200)
    const words = fc.array(fc.tuple(fc.nat(63), fc.nat(2 ** 32 - 1)), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(words, (changes) => {
        const wild = machineOf(sumProgram, sumRequest)
        wild.run(200)
        const tree = createStateTree(wild)
        const before = tree.snapshot()
        for (const [word, value] of changes) {
          // What another test refuses: foreign inputs and addresses.
          if (word < 13 || word > 45) wild.state.setWord(stateStart + word * 4, value)
        }
        const preRoot = tree.root()
        const { siblings: proved } = tree.proof(pages.map(({ page }) => page))
        const whole = wild.state.bytes()
        const taken = pages.map(({ page }) => {
          const at = page * statePageBytes
          return { page, bytes: whole.slice(at, at + statePageBytes) }
        })
        tree.restore(before)
        const witness = { pages: taken, siblings: proved }
        const checked = checkSegment(sumProgram, sumRequest, { preRoot, witness, steps: 50 })

        expect(typeof checked.ok).toBe('boolean')
      }),
      { numRuns: propertyRuns },
    )
  })
})
