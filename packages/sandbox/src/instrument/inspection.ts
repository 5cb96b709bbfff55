// What a module is, for people and for `vcp module inspect`.
import {
  type exportKinds,
  type ModuleShape,
  type SizeLimits,
  typeIndexOf,
} from '../module/shape.ts'
import { signatureText, valueTypeName } from '../module/value-type.ts'
import { featuresOf } from './features.ts'
import type { ScanResult } from './scan-result.ts'

export interface Inspection {
  readonly bytes: number
  readonly imports: readonly { readonly name: string; readonly signature: string }[]
  readonly exports: readonly ExportInspection[]
  readonly features: readonly string[]
  readonly functions: number
  readonly globals: number
  readonly mutableGlobals: number
  readonly tables: readonly SizeLimits[]
  /** In pages of 64 KiB. */
  readonly memory: SizeLimits | null
  readonly hasStart: boolean
  readonly codeBytes: number
  readonly largestFunctionBytes: number
  readonly dataBytes: number
  readonly customSections: readonly string[]
  /** What `LIMIT_FUNCTION_COMPLEXITY` and `LIMIT_MODULE_COMPLEXITY` bound; null before the scan. */
  readonly complexity: { readonly largestFunction: number; readonly module: number } | null
}

export interface ExportInspection {
  readonly name: string
  readonly kind: (typeof exportKinds)[number]
  /** The signature of a function, the type of a global. */
  readonly type: string | null
}

/** `scan` is null where the code could not be followed to its end. */
export function inspection(shape: ModuleShape, scan: ScanResult | null): Inspection {
  const sizes = shape.bodies.map(({ start, end }) => end - start)
  return {
    bytes: shape.bytes.length,
    imports: shape.imports.map(({ module, name, typeIndex }) => ({
      name: `${module}.${name}`,
      signature: signatureText(shape.types[typeIndex]!),
    })),
    exports: shape.exports.map(({ name, kind, index }) => ({
      name,
      kind,
      type: typeOf(shape, kind, index),
    })),
    features: scan === null ? [] : featuresOf(shape, scan.opcodesSeen),
    functions: shape.functions.length,
    globals: shape.globals.length,
    mutableGlobals: shape.globals.filter(({ mutable }) => mutable).length,
    tables: shape.tables,
    memory: shape.memory,
    hasStart: shape.start !== null,
    codeBytes: sizes.reduce((sum, size) => sum + size, 0),
    largestFunctionBytes: sizes.reduce((largest, size) => Math.max(largest, size), 0),
    dataBytes: shape.data?.bytes ?? 0,
    customSections: shape.customSections,
    complexity:
      scan === null
        ? null
        : { largestFunction: scan.largestFunctionComplexity, module: scan.complexity },
  }
}

function typeOf(shape: ModuleShape, kind: ExportInspection['kind'], index: number): string | null {
  if (kind === 'function') return signatureText(shape.types[typeIndexOf(shape, index)]!)
  if (kind === 'global') return valueTypeName(shape.globals[index]!.type)
  return null
}
