// The machine in plain TypeScript, as the circuit has it: one memory of 32-bit words, of which the
// lowest are registers. It is what a witness is made with, and what the circuit is tested against.
import { decode, type Instruction } from './instruction.ts'

/** The word that a function returns. */
export const valueWord = 0
/** The word that nothing but zero is written to: jumps write it too. */
export const zeroWord = 1

/** Where a program stands: the next instruction and every word. */
export interface MachineState {
  readonly at: number
  readonly words: readonly number[]
}

/** One access to memory: what was there, and when that had been written. */
export interface Access {
  readonly address: number
  readonly value: number
  readonly writtenAt: number
}

export interface StepRecord {
  readonly at: number
  readonly word: bigint
  readonly b: Access
  readonly a: Access
  /** What the result overwrites. */
  readonly old: Access
  readonly result: number
}

export interface Run {
  readonly records: readonly StepRecord[]
  readonly end: MachineState
  /** When each word was written last. */
  readonly writtenAt: readonly number[]
}

/** Why the machine cannot go on: there is no proof of such a run. */
export interface Stop {
  readonly step: number
  readonly reason: string
}

/** Makes as many steps as are asked for; a program that has ended stays where it is. */
export function runMachine(
  program: readonly bigint[],
  start: MachineState,
  steps: number,
): Run | Stop {
  const instructions = program.map(decode)
  const words = [...start.words]
  const writtenAt = words.map(() => 0)
  const records: StepRecord[] = []
  let at = start.at
  for (let step = 0; step < steps; step++) {
    const instruction = instructions[at]
    if (instruction === undefined) return { step, reason: `there is no instruction ${at}` }
    const on = new Set(instruction.on)
    const reading = (address: number, time: number): Access | null => {
      const value = words[address]
      if (value === undefined) return null
      const access = { address, value, writtenAt: writtenAt[address]! }
      writtenAt[address] = 3 * step + time
      return access
    }
    const b = reading(instruction.b, 1)
    if (b === null) return { step, reason: `there is no word ${instruction.b}` }
    const further = on.has('load') || on.has('store') ? b.value : 0
    if (further % 4 !== 0) return { step, reason: `address ${further} is not that of a word` }
    const from = instruction.a + (on.has('load') ? further / 4 : 0)
    const to = (on.has('jump') ? zeroWord : instruction.d) + (on.has('store') ? further / 4 : 0)
    const [a, old] = [reading(from, 2), reading(to, 3)]
    if (a === null || old === null) {
      return { step, reason: `memory ends before address ${further}, which is used` }
    }
    const { result, flag } = compute(instruction, a.value, b.value, old.value)
    words[to] = result
    records.push({ at, word: program[at]!, a, b, old, result })
    at = on.has('jump') && flag ? instruction.d : at + 1
  }
  return { records, end: { at, words }, writtenAt }
}

export interface Computed {
  readonly result: number
  readonly flag: boolean
}

const wide = 1n << 32n
const ungrounded = (1n << 32n) + (1n << 65n)

/** The datapath: one sum of 66 bits, of which each operation takes what it needs. */
export function compute(
  { on: list }: Instruction,
  first: number,
  second: number,
  old: number,
): Computed {
  const on = (name: Instruction['on'][number]) => (list.includes(name) ? 1n : 0n)
  const [a, b] = [BigInt(first), BigInt(second)]
  const power = 1n << (b & 31n)
  const multiplier =
    on('one') +
    on('product') * b +
    (on('power') + 2n * on('doublePower')) * power -
    (on('equality') << 33n)
  const sum =
    a * multiplier +
    (on('plus') - on('minus') + (on('equality') << 33n)) * b +
    on('signed') * ((b >> 31n) - (a >> 31n)) * wide +
    (list.includes('spread') ? spread(a) + spread(b) : 0n) +
    on('compare') * ungrounded -
    on('less')
  const isGrounded = ((sum >> 32n) & (sum >> 65n) & 1n) === 1n
  const flag = isGrounded !== list.includes('not')
  const result =
    on('low') * (sum & (wide - 1n)) +
    on('high') * ((sum >> 32n) & (wide - 1n)) +
    (list.includes('even') ? gathered(sum) : 0n) +
    (list.includes('odd') ? gathered(sum >> 1n) : 0n) +
    on('flag') * (flag ? 1n : 0n) +
    on('fill') * (a >> 31n) * (wide - multiplier) +
    on('pick') * (flag ? a : BigInt(old))
  return { result: Number(result), flag }
}

/** Each bit with a gap after it. */
function spread(value: bigint): bigint {
  return BigInt(`0b${[...value.toString(2)].join('0')}`)
}

/** Every other bit, from the lowest on. */
function gathered(value: bigint): bigint {
  const bits = BigInt.asUintN(64, value).toString(2)
  return BigInt(`0b${[...bits].filter((_, i) => (bits.length - 1 - i) % 2 === 0).join('')}`)
}
