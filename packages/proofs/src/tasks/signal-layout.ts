// Which public signal is which. A Groth16 key counts signals and names none: outputs come first,
// then the public inputs in the order of the template, lists element by element.
import { contextSignal, type Outcome, pass, refuse } from '@vcp/protocol'
import { scalarModulus } from '../field/scalar-field.ts'

export interface SignalLayout {
  /** Where the context is; null where the circuit takes none, and nothing ties its proofs. */
  readonly contextAt: number | null
  /** What stands after the outputs, the context left out. */
  readonly inputs: readonly { readonly at: number; readonly value: bigint }[]
}

/** The places of the public inputs among as many signals as the key has. */
export function layoutOf(
  order: readonly string[],
  given: Readonly<Record<string, unknown>>,
  signals: number,
): Outcome<SignalLayout> {
  const unknown = Object.keys(given).find((name) => !order.includes(name))
  if (unknown !== undefined) return refuse('INVALID', `the circuit has no public input ${unknown}`)
  const named = order.flatMap((name): readonly (bigint | string | null)[] =>
    name === contextSignal ? [null] : numbersIn(given[name], name),
  )
  const wrong = named.find((each) => typeof each === 'string')
  if (wrong !== undefined) return refuse('INVALID', `public input ${wrong}`)
  const outputs = signals - named.length
  if (outputs < 0) {
    return refuse('INVALID', `${named.length} public inputs for a key of ${signals} signals`)
  }
  const contextAt = named.indexOf(null)
  return pass({
    contextAt: contextAt === -1 ? null : outputs + contextAt,
    inputs: named.flatMap((value, i) =>
      typeof value === 'bigint' ? [{ at: outputs + i, value }] : [],
    ),
  })
}

/** The elements of a number or of lists of such; what is wrong stands there as text. */
function numbersIn(value: unknown, name: string): readonly (bigint | string)[] {
  if (Array.isArray(value)) return value.flatMap((each, i) => numbersIn(each, `${name}[${i}]`))
  if (value === undefined) return [`${name} is missing`]
  if (typeof value !== 'string' || !/^(0|[1-9][0-9]{0,77})$/.test(value)) {
    return [`${name} is not a decimal in a text`]
  }
  const number = BigInt(value)
  return [number < scalarModulus ? number : `${name} is not below the modulus`]
}
