import type { Reader } from './reader.ts'
import { Refused } from './rejection.ts'

/** Value types by their byte. */
export const valueTypes = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  funcref: 0x70,
} as const

export type ValueTypeName = keyof typeof valueTypes

const names = new Map<number, ValueTypeName>(
  Object.entries(valueTypes).map(([name, code]) => [code, name as ValueTypeName]),
)

export function valueTypeName(code: number): ValueTypeName {
  return names.get(code)!
}

export function isFloat(type: number): boolean {
  return type === valueTypes.f32 || type === valueTypes.f64
}

export function readValueType(reader: Reader): number {
  const at = reader.pos
  return acceptedValueType(reader.u8(), at)
}

/** The byte itself if it is a type that is supported. */
export function acceptedValueType(code: number, offset: number): number {
  if (names.has(code)) return code
  if (code === 0x7b) throw new Refused('FEATURE_SIMD', 'type v128', offset)
  if (code === 0x6f) throw new Refused('FEATURE_EXTERNREF', 'type externref', offset)
  if (code === 0x69 || code === 0x74) {
    throw new Refused('FEATURE_EXCEPTIONS', 'a reference to an exception', offset)
  }
  if (code >= 0x5d && code <= 0x73) {
    throw new Refused('FEATURE_GC', `reference type 0x${code.toString(16)}`, offset)
  }
  throw new Refused('MALFORMED_TYPE', `no value type 0x${code.toString(16)}`, offset)
}

export interface FunctionType {
  readonly params: readonly number[]
  readonly results: readonly number[]
}

/** `i32 i64 -> f64`, for people. */
export function signatureText({ params, results }: FunctionType): string {
  const list = (types: readonly number[]) => types.map(valueTypeName).join(' ') || '()'
  return `${list(params)} -> ${list(results)}`
}
