import type { ExecutionSize } from '../execution/commitments.ts'
import { type ForgedAddress, type ForgedStep, forgedRun } from '../execution/forged-run.ts'
import { addressBits, wordBits } from '../execution/instruction.ts'
import { type MachineState, runMachine, type StepRecord } from '../execution/machine.ts'
import { executionSizes } from '../execution/sizes.ts'
import { type ExecutionValues, executionOutputs, executionValues } from '../execution/witness.ts'
import { reduce } from '../field/scalar-field.ts'
import { type CircuitDefinition, flat, type WireReader } from './definition.ts'
import { executionLies } from './execution-lies.ts'
import { factorial, honestValues, otherRuns, programOf, sizeOf, wordsOf } from './execution-runs.ts'
import { executionKinds } from './generated-circom.ts'

export const execution: CircuitDefinition = {
  name: 'execution',
  folder: 'execution',
  template: 'Execution',
  publicInputs: ['context', 'value'],
  generated: { widths: [17], kinds: executionKinds },
  variants: {
    tiny: { parameters: parametersOf(executionSizes.tiny) },
    small: { parameters: parametersOf(executionSizes.small) },
    standard: { parameters: parametersOf(executionSizes.standard) },
    large: { parameters: parametersOf(executionSizes.large) },
  },
  mutated: { parameters: [3, 4, 4] },
  exceptions: [
    {
      wire: /^countRange/,
      reason: 'counts share an element: one beyond its bits needs another that makes up for it',
    },
  ],

  /** 4!, step by step. */
  sample(parameters) {
    const size = sizeOf(parameters)
    const program = programOf(factorial, size)
    const start = { at: 0, words: wordsOf([1, 0, 4, 1], size) }
    return honestValues(program, start, size.steps)
  },

  others: (parameters) => otherRuns(sizeOf(parameters)),

  reference(parameters, values) {
    const size = sizeOf(parameters)
    const given = values as ExecutionValues
    const isWord = (value: bigint) => value >= 0n && value < 1n << 32n
    if (!given.first.every(isWord) || given.startAt >= 1n << 8n) return null
    const start: MachineState = { at: Number(given.startAt), words: given.first.map(Number) }
    const run = runMachine(given.program, start, size.steps)
    if (!('end' in run)) return null
    const wanted = executionValues(given.context, given.program, start, run)
    if (!isSame(wanted, given)) return null
    return Object.values(executionOutputs(given.program, start, run, size))
  },

  lies(parameters) {
    // An instruction that never runs may be another one: that is another true statement.
    return executionLies(sizeOf(parameters)).filter(
      (values) => this.reference(parameters, values) === null,
    )
  },

  /** What was bent is taken for what happened, step by step. */
  adapted(parameters, before, wire) {
    const { steps } = sizeOf(parameters)
    const given = before as ExecutionValues
    const start: MachineState = { at: Number(given.startAt), words: given.first.map(Number) }
    const honest = runMachine(given.program, start, steps)
    if (!('end' in honest)) return null
    const bent = new Map<number, ForgedStep>()
    for (const [i, record] of honest.records.entries()) {
      const step = bentStep(given, wire, i)
      if (step === null) return null
      const next = honest.records[i + 1]?.at ?? honest.end.at
      if (!isHonest(step, record, next)) bent.set(i, step)
    }
    const run = forgedRun(given.program, start, steps, bent)
    if (run === null || run.end.at < 0) return null
    const values = executionValues(given.context, given.program, start, run)
    return isSame(values, given) ? null : values
  },
}

function isSame(one: ExecutionValues, other: ExecutionValues): boolean {
  return flat(Object.values(one)).join() === flat(Object.values(other)).join()
}

function isHonest(step: BentStep, { b, a, old, result }: StepRecord, next: number): boolean {
  const reached = [b, a, old].every(({ address }, i) => {
    const { word, later } = step.addresses[i]!
    return word === address && later === 0
  })
  return reached && step.result === result && step.next === next
}

type BentStep = Required<Pick<ForgedStep, 'result' | 'next' | 'addresses'>>

/** What a witness makes of one step: where it reaches, what it leaves, where it goes on. */
function bentStep({ first }: ExecutionValues, wire: WireReader, step: number): BentStep | null {
  const path = `path[${step}]`
  const bit = (i: number) => wire(`${path}.wordBit[${i}]`, `${path}.wordBits.bit[${i}]`)
  const field = (at: number) =>
    Array.from({ length: addressBits }, (_, i) => bit(at + i) << BigInt(i)).reduce((a, b) => a + b)
  const jump = bit(wordBits - 3)
  const addresses = [
    field(addressBits),
    field(0) + wire(`${path}.loadFrom`),
    field(2 * addressBits) + wire(`${path}.storeTo`) - wire(`${path}.jumpTo`) + jump,
  ].map((address) => forgedAddress(address, first.length))
  const result = small(wire(`${path}.result`), 32n)
  const next = small(wire(`${path}.next`, `path[${step + 1}].at`, 'endAt'), 8n)
  if (result === null || next === null || addresses.includes(null)) return null
  return { result, next, addresses: addresses.map((address) => address!) }
}

/** An address as far as it stands for a word, perhaps at another time: they share an element. */
function forgedAddress(address: bigint, words: number): ForgedAddress | null {
  for (const later of [0, 1, -1, 2, -2, 4, -4, 8, -8]) {
    const word = small(reduce(address - (BigInt(later) << 34n)), 16n)
    if (word !== null && word < words) return { word, later }
  }
  return null
}

function small(value: bigint, bits: bigint): number | null {
  return value >> bits === 0n ? Number(value) : null
}

function parametersOf({ steps, length, words }: ExecutionSize): readonly number[] {
  return [steps, length, words]
}
