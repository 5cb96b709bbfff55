// What a forger would like the execution circuit to take: each false in one way, and as consistent
// with itself otherwise as it can be made.
import type { ExecutionSize } from '../execution/commitments.ts'
import { type ForgedStep, forgedRun } from '../execution/forged-run.ts'
import { encode, type Instruction, operations } from '../execution/instruction.ts'
import type { StepRecord } from '../execution/machine.ts'
import { type ExecutionValues, executionValues } from '../execution/witness.ts'
import { invert, reduce } from '../field/scalar-field.ts'
import { type Value, type Values, withItem } from './definition.ts'
import {
  anyContext,
  factorial,
  honestValues,
  programOf,
  type Tried,
  wordsOf,
} from './execution-runs.ts'

export function executionLies(size: ExecutionSize): Values[] {
  const program = programOf(factorial, size)
  const sample: Tried = { program, start: { at: 0, words: wordsOf([1, 0, 4, 1], size) } }
  const steps = spread(size.steps)
  return [
    ...singleChanges(honestValues(program, sample.start, size.steps)),
    ...steps.flatMap((step) => falseSteps(sample, step, size)),
    ...steps.flatMap((step) => sharedElements(sample, step, size)),
    ...timesOfWords(sample, size),
    ...falsePlaces(size),
    ...crookedAddresses(size),
  ].filter((values) => values !== null)
}

/** The first, the last and some between: circuits for use are tried at a few places only. */
function spread(count: number): number[] {
  const stride = Math.max(1, Math.floor(count / 3))
  return [...Array(count).keys()].filter((i) => i % stride === 0 || i === count - 1)
}

/** Every private input, with one more at some of its places and nothing else changed. */
function singleChanges(sample: ExecutionValues): Values[] {
  return Object.entries(sample).flatMap(([name, value]) =>
    name === 'context' ? [] : changes(value).map((changed) => ({ ...sample, [name]: changed })),
  )
}

function changes(value: Value): Value[] {
  if (typeof value === 'bigint') return [value + 1n]
  return spread(value.length).flatMap((i) =>
    changes(value[i]!).map((changed) => value.map((each, k) => (k === i ? changed : each))),
  )
}

/**
 * Memory that changed by itself, accesses that find what they leave, an instruction that is not
 * the program's.
 */
function falseSteps(sample: Tried, step: number, size: ExecutionSize): (Values | null)[] {
  const other = encode({ a: 2, b: 3, d: 0, on: operations.add })
  const bent: ForgedStep[] = [
    ...[0, 1, 2, 3].map((word) => ({ changed: { word, value: 77 } })),
    ...[0, 1].map((access) => ({ finding: { access, value: 5 } })),
    { finding: { access: 2, value: 0 } },
    { instruction: other },
  ]
  return bent.map((each) => forged(sample, new Map([[step, each]]), size))
}

function forged(
  { program, start }: Tried,
  bent: ReadonlyMap<number, ForgedStep>,
  { steps }: ExecutionSize,
): ExecutionValues | null {
  const run = forgedRun(program, start, steps, bent)
  return run === null ? null : executionValues(anyContext, program, start, run)
}

/**
 * Values that are too large for their bits, by as much as another time makes up for: address, time
 * and value of an access share one element. `fraction` is one unit of time in units of value.
 */
const fraction = invert(1n << 14n)

function sharedElements(sample: Tried, step: number, size: ExecutionSize): (Values | null)[] {
  const values = honestValues(sample.program, sample.start, size.steps)
  const gaps = values.gap[step]!
  const moved = (access: number, by: bigint): ExecutionValues['gap'] =>
    values.gap.map((list, i) => (i === step ? withItem(gaps, access, gaps[access]! + by) : list))
  const out = (list: readonly bigint[], by: bigint) =>
    withItem(list, step, reduce(list[step]! + by))
  const away = (access: number) => (gaps[access]! > 0n ? -1n : 1n)
  return [
    { ...values, old: out(values.old, away(2) * fraction), gap: moved(2, away(2)) },
    { ...values, old: out(values.old, 1n), gap: moved(2, 1n << 14n) },
  ]
}

/** The same for what memory is at first and at the end, and for the times of the end. */
function timesOfWords(sample: Tried, size: ExecutionSize): Values[] {
  const values = honestValues(sample.program, sample.start, size.steps)
  const words = values.lastTime.length
  return spread(words).flatMap((word) => {
    const time = (by: bigint) => withItem(values.lastTime, word, values.lastTime[word]! + by)
    const last = (by: bigint): Partial<ExecutionValues> =>
      word === 0
        ? { value: reduce(values.value + by) }
        : { last: withItem(values.last, word - 1, reduce(values.last[word - 1]! + by)) }
    return [
      { ...values, ...last(1n), lastTime: time(-(1n << 14n)) } as Values,
      { ...values, ...last(fraction), lastTime: time(-1n) } as Values,
      { ...values, ...last(-fraction), lastTime: time(1n) } as Values,
      { ...values, ...otherwiseWritten(values, sample, word, size) } as Values,
    ]
  })
}

/** A word as if it had been written before the start, or after it where nobody ever finds it. */
function otherwiseWritten(
  values: ExecutionValues,
  { program, start }: Tried,
  word: number,
  { steps }: ExecutionSize,
): Partial<ExecutionValues> {
  const first = (by: bigint) => withItem(values.first, word, reduce(values.first[word]! + by))
  const run = forgedRun(program, start, steps, new Map())
  const finds = (record: StepRecord) => [record.b, record.a, record.old]
  for (const [step, record] of run?.records.entries() ?? []) {
    const access = finds(record).findIndex((each) => each.address === word)
    if (access === -1) continue
    const list = values.gap[step]!
    const moved = withItem(list, access, list[access]! + 1n)
    const gap = values.gap.map((each, i) => (i === step ? moved : each))
    return { first: first(-fraction), gap }
  }
  return { first: first(fraction), lastTime: withItem(values.lastTime, word, 1n) }
}

/** A start beyond the program, whose element is that of a place in it with another instruction. */
function falsePlaces(size: ExecutionSize): (Values | null)[] {
  const jump = { a: 1, b: 1, d: 2, on: operations.jump }
  const program = programOf([jump, ...factorial.slice(1)], size)
  const start = { at: 0, words: wordsOf([1, 0, 4, 1], size) }
  const other = encode({ ...jump, d: 3 })
  const run = forgedRun(program, start, size.steps, new Map([[0, { instruction: other, next: 3 }]]))
  if (run === null) return []
  const values = executionValues(anyContext, program, start, run)
  return [{ ...values, startAt: reduce((program[0]! - other) << 16n) }]
}

/** Memory at an address between two words. */
function crookedAddresses(size: ExecutionSize): (Values | null)[] {
  const pause = { a: 1, b: 1, d: 1, on: operations.move }
  return [operations.load, operations.store].flatMap((on) =>
    spread(Math.min(size.steps, size.length)).flatMap((step) =>
      [1, 2].map((by) => {
        const program = programOf(
          [...new Array<typeof pause>(step).fill(pause), { a: 0, b: 2, d: 0, on }, ...rest(size)],
          size,
        )
        return forged(
          { program, start: { at: 0, words: wordsOf([1, 0, by], size) } },
          new Map(),
          size,
        )
      }),
    ),
  )
}

function rest({ length }: ExecutionSize) {
  return new Array<Instruction>(length).fill({ a: 1, b: 1, d: 1, on: operations.move })
}
