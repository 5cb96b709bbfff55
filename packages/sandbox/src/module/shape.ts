// What a parsed module is: its sections as data. Bodies, constants and segments stay where they are
// in the bytes and are named by offsets.
import type { FunctionType } from './value-type.ts'

export interface ByteRange {
  readonly start: number
  readonly end: number
}

export interface FunctionImport {
  readonly module: string
  readonly name: string
  readonly typeIndex: number
  /** The two names as they stand in the bytes, lengths included. */
  readonly names: ByteRange
  readonly offset: number
}

export interface SizeLimits {
  readonly min: number
  readonly max: number | null
}

/** A constant expression: plain bytes without the `end`, or a function's index, or a null. */
export type Constant =
  | { readonly kind: 'number'; readonly range: ByteRange }
  | { readonly kind: 'function'; readonly index: number }
  | { readonly kind: 'null' }

export interface GlobalShape {
  readonly type: number
  readonly mutable: boolean
  readonly init: Constant
}

export const exportKinds = ['function', 'table', 'memory', 'global'] as const
export type ExportKind = (typeof exportKinds)[number]

export interface ExportShape {
  readonly name: string
  /** The name as it stands in the bytes, length included. */
  readonly nameRange: ByteRange
  readonly kind: ExportKind
  readonly index: number
}

export interface ElementSegment {
  readonly mode: 'active' | 'passive' | 'declarative'
  readonly table: number
  /** Where an active segment goes; `number` constant without its `end`. */
  readonly at: ByteRange | null
  /** Function indices, -1 for null. */
  readonly items: readonly number[]
}

export interface ModuleShape {
  readonly bytes: Uint8Array
  readonly types: readonly FunctionType[]
  readonly imports: readonly FunctionImport[]
  /** Type index of each function that the module defines. */
  readonly functions: readonly number[]
  readonly tables: readonly SizeLimits[]
  readonly memory: SizeLimits | null
  readonly globals: readonly GlobalShape[]
  readonly exports: readonly ExportShape[]
  readonly start: number | null
  readonly elements: readonly ElementSegment[]
  readonly dataCount: number | null
  /** Bodies without their sizes, one for each of `functions`. */
  readonly bodies: readonly ByteRange[]
  readonly data: {
    readonly count: number
    readonly range: ByteRange
    readonly bytes: number
  } | null
  readonly customSections: readonly string[]
}

/** The type index of any function, imported or defined. */
export function typeIndexOf(shape: ModuleShape, index: number): number {
  const { imports, functions } = shape
  return index < imports.length ? imports[index]!.typeIndex : functions[index - imports.length]!
}
