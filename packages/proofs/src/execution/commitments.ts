// What the circuit commits to, as whoever checks a proof works it out.
import { commitmentTag } from '../circuits/generated-circom.ts'
import { packed } from '../encoding/field-encoding.ts'
import { poseidon } from '../poseidon/poseidon.ts'
import { addressBits, wordBits } from './instruction.ts'
import type { MachineState, Run } from './machine.ts'

/** How much a circuit holds: it makes all of its steps, and its program and memory are filled. */
export interface ExecutionSize {
  readonly steps: number
  /** Instructions of the program. */
  readonly length: number
  /** Words of memory, registers among them. */
  readonly words: number
}

/** Elements that one step of a chain takes, beside the hash of those before. */
const chainStep = 15

/** `Chain` in circuits/execution/chain.circom: a commitment to a list and its length. */
function chainOf(tag: bigint, elements: readonly bigint[]): bigint {
  let hash = (tag << 32n) + BigInt(elements.length)
  for (let at = 0; at < elements.length; at += chainStep) {
    const step = elements.slice(at, at + chainStep)
    while (step.length < chainStep) step.push(0n)
    hash = poseidon([hash, ...step])
  }
  return hash
}

/** The name of a program, as long as a circuit of that size takes it. */
export function programHash(program: readonly bigint[], { length }: ExecutionSize): bigint {
  return chainOf(commitmentTag('program'), filled(program, length))
}

export function stateCommitment({ at, words }: MachineState): bigint {
  const elements = packed(words.map(BigInt), 32)
  return chainOf(commitmentTag('state'), [BigInt(at), ...elements])
}

/** How many of a run's steps made each instruction. */
export function countsOf({ records }: Run, length: number): bigint[] {
  const counts = new Array<bigint>(length).fill(0n)
  for (const { at } of records) counts[at] = counts[at]! + 1n
  return counts
}

/** How many steps lie between an access and the one before it to the same word. */
export function gapsOf({ records }: Run): bigint[][] {
  return records.map(({ b, a, old }, step) =>
    [b, a, old].map(({ writtenAt }, time) => BigInt(3 * step + time - writtenAt)),
  )
}

/** The commitment to everything that a prover may choose: what the challenge is. */
export function runCommitment(
  hashes: { readonly program: bigint; readonly start: bigint; readonly end: bigint },
  run: Run,
  { steps, length }: ExecutionSize,
): bigint {
  const timeBits = bitsFor(3 * steps)
  const gaps = gapsOf(run)
  const elements = run.records.map(({ word, a, b, old }, i) => {
    const values = [a, b, old].map(({ value }, k) => BigInt(value) << BigInt(wordBits + 32 * k))
    const times = gaps[i]!.map((gap, k) => gap << BigInt(wordBits + 96 + timeBits * k))
    return [...values, ...times].reduce((sum, value) => sum + value, word)
  })
  return chainOf(commitmentTag('run'), [
    ...[hashes.program, hashes.start, hashes.end],
    ...elements,
    ...packed(run.writtenAt.map(BigInt), timeBits),
    ...packed(countsOf(run, length), bitsFor(steps)),
  ])
}

/** Bits that hold every number from 0 to `max`. */
function bitsFor(max: number): number {
  return 32 - Math.clz32(max)
}

/** A list with zeros up to a length. */
export function filled(list: readonly bigint[], length: number): bigint[] {
  return Array.from({ length }, (_, i) => list[i] ?? 0n)
}

/** The most words and instructions that an address reaches. */
export const addressesMax = 2 ** addressBits
