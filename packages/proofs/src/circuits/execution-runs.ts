// Runs to try the execution circuit with: one that means something, and short ones that use every
// operation in every step.
import type { ExecutionSize } from '../execution/commitments.ts'
import {
  comparisons,
  encode,
  type Instruction,
  operations,
  type Switch,
} from '../execution/instruction.ts'
import { type MachineState, runMachine } from '../execution/machine.ts'
import { type ExecutionValues, executionValues } from '../execution/witness.ts'

export function sizeOf([steps = 0, length = 0, words = 0]: readonly number[]): ExecutionSize {
  return { steps, length, words }
}

/** Multiplies word 0 by word 2, 2 less 1, and so on, as long as there is something left. */
export const factorial: readonly Instruction[] = [
  { a: 0, b: 2, d: 0, on: operations.multiply },
  { a: 2, b: 3, d: 2, on: operations.subtract },
  { a: 2, b: 1, d: 0, on: [...comparisons.unequal, 'jump'] },
  { a: 1, b: 1, d: 3, on: operations.jump },
]

/** Instructions, then words that nobody runs. */
export function programOf(list: readonly Instruction[], { length }: ExecutionSize): bigint[] {
  return Array.from({ length }, (_, i) => (list[i] === undefined ? 0n : encode(list[i])))
}

export function wordsOf(list: readonly number[], { words }: ExecutionSize): number[] {
  return Array.from({ length: words }, (_, i) => list[i] ?? 0)
}

export const anyContext = 11n

export function honestValues(
  program: readonly bigint[],
  start: MachineState,
  steps: number,
): ExecutionValues {
  const run = runMachine(program, start, steps)
  if (!('end' in run)) throw new RangeError(run.reason)
  return executionValues(anyContext, program, start, run)
}

export interface Tried {
  readonly program: readonly bigint[]
  readonly start: MachineState
}

const { load, store, jump, ...computing } = operations
const flags = Object.values(comparisons).map((on): readonly Switch[] => [...on, 'flag'])

/** Straight on through three instructions, or from jump to jump; memory is four words. */
function triedPrograms(size: ExecutionSize): Tried[] {
  const pairs = [
    [0x8000_0005, 0x1234_5677],
    [0x7fff_fffe, 0xffff_fffd],
    [6, 0],
    [0, 0],
  ] as const
  const straight = [...Object.values(computing), ...flags].flatMap((on) =>
    pairs.map(([x, y]) => tried(size, [1, 0, x, y], threeTimes(on))),
  )
  const jumps = Object.values(comparisons).flatMap((on) =>
    [0, 7].map((y) => tried(size, [1, 0, 7, y], jumping([...on, 'jump']))),
  )
  const reaching = [load, store].flatMap((on) =>
    [0, 4, 8, 1024, 2048, 4096, 65_536].map((offset) =>
      tried(size, [3, 0, offset < 9 ? offset : 0, offset], threeTimes(on)),
    ),
  )
  return [...straight, ...jumps, ...reaching, tried(size, [1, 0, 7, 7], jumping(jump))]
}

export function otherRuns(size: ExecutionSize): ExecutionValues[] {
  return triedPrograms(size).flatMap(({ program, start }) => {
    const run = runMachine(program, start, size.steps)
    const isWhole = 'end' in run && run.records.every(({ result }) => result < 2 ** 32)
    return isWhole ? [executionValues(anyContext, program, start, run)] : []
  })
}

function tried(size: ExecutionSize, words: readonly number[], list: Instruction[]): Tried {
  const rest = new Array<Instruction>(Math.max(0, size.steps - list.length)).fill(list.at(-1)!)
  return {
    program: programOf([...list, ...rest].slice(0, size.length), size),
    start: { at: 0, words: wordsOf(words, size) },
  }
}

function threeTimes(on: readonly Switch[]): Instruction[] {
  const isMemory = on.includes('load') || on.includes('store')
  return [
    { a: isMemory ? 0 : 2, b: isMemory ? 2 : 3, d: 0, on },
    { a: isMemory ? 0 : 3, b: 2, d: isMemory ? 1 : 3, on },
    { a: isMemory ? 1 : 2, b: isMemory ? 2 : 3, d: 0, on },
    { a: 1, b: 1, d: 3, on: operations.jump },
  ]
}

function jumping(on: readonly Switch[]): Instruction[] {
  return [
    { a: 2, b: 3, d: 2, on },
    { a: 2, b: 3, d: 2, on },
    { a: 2, b: 3, d: 0, on },
    { a: 1, b: 1, d: 3, on: operations.jump },
  ]
}
