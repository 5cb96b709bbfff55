// What a circuit is to everything outside it: its template, its sizes, and its statement once more
// in plain TypeScript, against which the constraints are tested.
import { reduce } from '../field/scalar-field.ts'
import type { CircuitInput, CircuitInputList } from '../prover/prover.ts'
import type { Generated } from './generated-circom.ts'

/** A number or a list of such, to any depth; negative numbers are meant modulo r. */
export type Value = bigint | readonly Value[]
export type Values = Readonly<Record<string, Value>>

/** The value of a signal of the witness, by the first of these names that it has. */
export type WireReader = (...names: readonly string[]) => bigint

export interface Variant {
  readonly parameters: readonly number[]
}

export interface CircuitDefinition {
  readonly name: string
  /**
   * Its folder under circuits/, with a file of the same name; two circuits may share a template.
   */
  readonly folder: string
  readonly template: string
  /** Inputs that are public, in the template's order; `context` is one of each circuit. */
  readonly publicInputs: readonly string[]
  /** What it includes beside hashes of two and of eight and the tags of data. */
  readonly generated?: Generated
  /** Small ones are for tests and committed keys; standard ones for use; tiny ones to show. */
  readonly variants: Readonly<
    Record<'small' | 'standard', Variant> & { tiny?: Variant; large?: Variant }
  >
  /** What the mutation harness takes where the small size is too large for it. */
  readonly mutated?: Variant
  /** Constraints that no forgery is known for if they alone are gone, by a wire of theirs. */
  readonly exceptions?: readonly { readonly wire: RegExp; readonly reason: string }[]
  /** Inputs that the statement holds for. */
  sample(parameters: readonly number[]): Values
  /** The outputs in the template's order; null where the statement does not hold for the inputs. */
  reference(parameters: readonly number[], values: Values): readonly bigint[] | null
  /** Inputs that the statement does not hold for, such as a forger would like to be taken. */
  lies(parameters: readonly number[]): Values[]
  /** More inputs that it holds for, where one sample does not use every part of the circuit. */
  others?(parameters: readonly number[]): Values[]
  /** What a forger gives instead, once a witness for these values has been bent; or null. */
  adapted?(parameters: readonly number[], values: Values, wire: WireReader): Values | null
}

export const variantNames = ['tiny', 'small', 'standard', 'large'] as const
export type VariantName = (typeof variantNames)[number]

/** The whole program: what circom compiles. */
export function mainOf(circuit: CircuitDefinition, { parameters }: Variant): string {
  const { folder, template, publicInputs } = circuit
  return [
    'pragma circom 2.2.3;',
    `include "./${folder}/${folder}.circom";`,
    `component main { public [${publicInputs.join(', ')}] } =`,
    `  ${template}(${parameters.join(', ')});`,
    '',
  ].join('\n')
}

/** The signals of a proof for these inputs: outputs, then public inputs. */
export function signalsOf(
  circuit: CircuitDefinition,
  { parameters }: Variant,
  values: Values,
): readonly bigint[] | null {
  const outputs = circuit.reference(parameters, values)
  if (outputs === null) return null
  return [...outputs, ...circuit.publicInputs.flatMap((name) => flat(values[name]!))]
}

export function flat(value: Value): bigint[] {
  return typeof value === 'bigint' ? [value] : value.flatMap(flat)
}

/** Names as circom's symbols have them, with their values: `path[2][0]`. */
export function named(values: Values): [string, bigint][] {
  const walk = (name: string, value: Value): [string, bigint][] =>
    typeof value === 'bigint'
      ? [[name, value]]
      : value.flatMap((each, i) => walk(`${name}[${i}]`, each))
  return Object.entries(values).flatMap(([name, value]) => walk(name, value))
}

/** Whether a signed number fits so many bits. */
export function isSigned(value: bigint, bits: number): boolean {
  const half = 1n << BigInt(bits - 1)
  return value >= -half && value < half
}

/** The same values with one of a list replaced. */
export function withItem(list: readonly bigint[], at: number, value: bigint): bigint[] {
  return list.map((each, i) => (i === at ? value : each))
}

/** Whole numbers that look arbitrary and are the same each time, within -max and max. */
export function arbitrary(count: number, max: number, seed: number): bigint[] {
  let state = seed
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return BigInt(Math.floor((state / 2 ** 32) * (2 * max + 1)) - max)
  })
}

/** Values as the JSON of a witness generator's input. */
export function inputOf(values: Values): CircuitInput {
  const written = (value: Value): string | CircuitInputList =>
    typeof value === 'bigint' ? reduce(value).toString() : value.map(written)
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, written(value)]))
}
