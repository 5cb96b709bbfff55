// Which features beyond the first version of WebAssembly a module uses, for people to read.
import { opcodeNames } from '../module/opcodes.ts'
import type { ModuleShape } from '../module/shape.ts'

type Uses = (shape: ModuleShape, instructions: readonly string[]) => boolean

const features: Readonly<Record<string, Uses>> = {
  'bulk-memory': (shape, seen) =>
    shape.dataCount !== null ||
    seen.some((name) => /^(memory|table)\.(copy|fill|init)$|\.drop$/.test(name)),
  'multi-value': ({ types }) => types.some(({ results }) => results.length > 1),
  'mutable-globals': ({ exports, globals }) =>
    exports.some(({ kind, index }) => kind === 'global' && globals[index]!.mutable),
  'nontrapping-float-to-int': (_, seen) => seen.some((name) => name.includes('trunc_sat')),
  'reference-types': ({ tables }, seen) =>
    tables.length > 1 ||
    seen.some((name) => /^ref\.|^table\.(get|set|grow|size|fill)$|^select_t$/.test(name)),
  'sign-extension': (_, seen) => seen.some((name) => /\.extend(8|16|32)_s$/.test(name)),
}

/** The names of the features used, in alphabetical order. */
export function featuresOf(shape: ModuleShape, opcodesSeen: Uint8Array): string[] {
  const seen = opcodeNames.filter((_, opcode) => opcodesSeen[opcode] === 1)
  return Object.entries(features)
    .filter(([, uses]) => uses(shape, seen))
    .map(([name]) => name)
}
