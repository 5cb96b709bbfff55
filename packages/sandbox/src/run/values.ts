// Typed values on their way into and out of a guest's function.
import type { WasmValue } from '@vcp/protocol'

/** The types of values that cross the border; a function with others cannot be called from here. */
export type NumberType = WasmValue['type']

/**
 * A value that a function returned. Unlike an argument it may be no number of JSON: NaN, the
 * infinities and the negative zero are text. All NaNs are one. 64-bit integers are text, signed.
 */
export interface WasmResult {
  readonly type: NumberType
  readonly value: number | string
}

/**
 * The argument as WebAssembly takes it from JavaScript; null where a 64-bit integer is too large.
 */
export function guestArgument(argument: WasmValue): number | bigint | null {
  if (argument.type !== 'i64') return argument.value
  const integer = BigInt(argument.value)
  return integer >= -(2n ** 63n) && integer < 2n ** 64n ? integer : null
}

/** What a call gave back, by the types of the function's results. */
export function guestResults(returned: unknown, types: readonly NumberType[]): WasmResult[] {
  const values = types.length === 1 ? [returned] : types.length === 0 ? [] : returned
  return (values as (number | bigint)[]).map((value, i) => ({
    type: types[i]!,
    value: typeof value === 'bigint' ? String(value) : plainNumber(value),
  }))
}

/** The results as bytes: the output of a called function. JSON, one array, no spaces. */
export function encodeResults(results: readonly WasmResult[]): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify(results.map(({ type, value }) => ({ type, value }))),
  )
}

/** A number where JSON and canonical bytes have it, otherwise its name. */
export function plainNumber(value: number): number | string {
  return Number.isFinite(value) && !Object.is(value, -0)
    ? value
    : Object.is(value, -0)
      ? '-0'
      : String(value)
}
