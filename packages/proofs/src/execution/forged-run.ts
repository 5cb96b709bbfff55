// Runs that did not happen, as consistent with themselves as a forger could make them: what the
// circuit is tried with. The machine is the same, except where it is told otherwise.
import { decode } from './instruction.ts'
import {
  type Access,
  compute,
  type MachineState,
  type Run,
  type StepRecord,
  zeroWord,
} from './machine.ts'

/** A word, and how much later an access to it pretends to be than it is. */
export interface ForgedAddress {
  readonly word: number
  readonly later: number
}

export interface ForgedStep {
  /** Runs instead of the program's instruction. */
  readonly instruction?: bigint
  /** A word is changed before the step, and nobody wrote it. */
  readonly changed?: { readonly word: number; readonly value: number }
  /** The access that finds what itself leaves: 0 for b, 1 for a, 2 for what is overwritten. */
  readonly finding?: { readonly access: number; readonly value: number }
  readonly result?: number
  readonly next?: number
  readonly addresses?: readonly ForgedAddress[]
}

/** Null where even a forger gets no further: no such instruction, or no such word. */
export function forgedRun(
  program: readonly bigint[],
  start: MachineState,
  steps: number,
  forged: ReadonlyMap<number, ForgedStep>,
): Run | null {
  const words = [...start.words]
  const writtenAt = words.map(() => 0)
  const records: StepRecord[] = []
  let { at } = start
  for (let step = 0; step < steps; step++) {
    const bent = forged.get(step) ?? {}
    const listed = program[at]
    if (listed === undefined) return null
    const word = bent.instruction ?? listed
    const instruction = decode(word)
    const { on } = instruction
    if (bent.changed !== undefined) words[bent.changed.word] = bent.changed.value
    const find = (access: number, address: number): Access | null => {
      const { word: place, later } = bent.addresses?.[access] ?? { word: address, later: 0 }
      const time = 3 * step + access + 1
      if (words[place] === undefined) return null
      if (bent.finding?.access === access) {
        const value = access === 2 ? -1 : bent.finding.value // what is overwritten: the result
        return { address: place, value, writtenAt: time }
      }
      const found = { address: place, value: words[place], writtenAt: writtenAt[place]! - later }
      writtenAt[place] = time + later
      return found
    }
    const b = find(0, instruction.b)
    if (b === null) return null
    const further = Math.floor(b.value / 4)
    const a = find(1, instruction.a + (on.includes('load') ? further : 0))
    const to = on.includes('jump') ? zeroWord : instruction.d + (on.includes('store') ? further : 0)
    const old = find(2, to)
    if (a === null || old === null) return null
    const computed = compute(instruction, a.value, b.value, Math.max(old.value, 0))
    const result = bent.result ?? computed.result
    const isLost = bent.finding?.access === 2
    if (!isLost) words[old.address] = result
    records.push({ at, word, a, b, old: isLost ? { ...old, value: result } : old, result })
    at = bent.next ?? (on.includes('jump') && computed.flag ? instruction.d : at + 1)
  }
  return { records, end: { at, words }, writtenAt }
}
