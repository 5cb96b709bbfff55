// The sections of an instrumented module as the step engine needs them. The rewriter wrote the
// bytes and WebAssembly validated them, so nothing is doubted here.
import { list, type Sections, sectionsOf } from '../module/instrumented-sections.ts'
import type { Reader } from '../module/reader.ts'
import type { ByteRange } from '../module/shape.ts'
import type { FunctionType } from '../module/value-type.ts'
import { readSigned } from './signed.ts'

/** A value as a slot holds it; a function by its index, or null. */
export type Constant = { readonly bits: bigint } | { readonly function: number | null }

export interface SizeLimits {
  readonly min: number
  readonly max: number
}

export interface ImportedFunction {
  readonly module: string
  readonly name: string
  readonly type: number
}

export interface GlobalOf {
  readonly type: number
  readonly init: Constant
}

export interface ElementsOf {
  readonly mode: 'active' | 'passive' | 'declarative'
  readonly table: number
  readonly offset: number
  readonly items: readonly (number | null)[]
}

export interface DataOf {
  readonly mode: 'active' | 'passive'
  readonly offset: number
  readonly range: ByteRange
}

export interface ReadModule {
  readonly types: readonly FunctionType[]
  readonly imports: readonly ImportedFunction[]
  /** The types of the functions that the module defines. */
  readonly functions: readonly number[]
  readonly tables: readonly SizeLimits[]
  readonly memory: SizeLimits | null
  readonly globals: readonly GlobalOf[]
  /** Indices by name, of functions and of globals. */
  readonly exports: {
    readonly functions: ReadonlyMap<string, number>
    readonly globals: ReadonlyMap<string, number>
  }
  readonly elements: readonly ElementsOf[]
  readonly data: readonly DataOf[]
  readonly bodies: readonly ByteRange[]
}

export function readSections(bytes: Uint8Array): ReadModule {
  const sections = sectionsOf(bytes)
  const read = <Item>(id: number, item: (reader: Reader) => Item) => list(sections.get(id), item)
  return {
    types: read(1, readType),
    imports: read(2, readImport),
    functions: read(3, (reader) => reader.u32()),
    tables: read(4, (reader) => {
      reader.u8()
      return readLimits(reader)
    }),
    memory: read(5, readLimits)[0] ?? null,
    globals: read(6, (reader) => {
      const type = reader.u8()
      reader.u8()
      return { type, init: readConstant(reader) }
    }),
    exports: readExports(sections),
    elements: read(9, readElements),
    bodies: read(10, readRange),
    data: read(11, readData),
  }
}

const FUNCTION = 0
const GLOBAL = 3

function readExports(sections: Sections): ReadModule['exports'] {
  const functions = new Map<string, number>()
  const globals = new Map<string, number>()
  for (const [name, kind, index] of list(
    sections.get(7),
    (reader) => [reader.name(), reader.u8(), reader.u32()] as const,
  )) {
    if (kind === FUNCTION) functions.set(name, index)
    if (kind === GLOBAL) globals.set(name, index)
  }
  return { functions, globals }
}

function readType(reader: Reader): FunctionType {
  reader.skip(1)
  const params = list(reader, (from) => from.u8())
  return { params, results: list(reader, (from) => from.u8()) }
}

function readImport(reader: Reader): ImportedFunction {
  const [module, name] = [reader.name(), reader.name()]
  reader.skip(1)
  return { module, name, type: reader.u32() }
}

/** What the rewriter writes always has a maximum. */
function readLimits(reader: Reader): SizeLimits {
  reader.skip(1)
  return { min: reader.u32(), max: reader.u32() }
}

function readConstant(reader: Reader): Constant {
  const constant = readOne(reader)
  reader.skip(1)
  return constant
}

function readOne(reader: Reader): Constant {
  const opcode = reader.u8()
  switch (opcode) {
    case 0x41:
      return { bits: BigInt.asUintN(32, readSigned(reader)) }
    case 0x42:
      return { bits: BigInt.asUintN(64, readSigned(reader)) }
    case 0x43:
      return { bits: readBits(reader, 4) }
    case 0x44:
      return { bits: readBits(reader, 8) }
    case 0xd0:
      reader.skip(1)
      return { function: null }
    default:
      return { function: reader.u32() }
  }
}

function readBits(reader: Reader, bytes: 4 | 8): bigint {
  let bits = 0n
  for (let at = 0; at < bytes; at++) bits |= BigInt(reader.u8()) << BigInt(8 * at)
  return bits
}

function readOffset(reader: Reader): number {
  const constant = readConstant(reader)
  return 'bits' in constant ? Number(constant.bits) : 0
}

/** In their eight encodings; `module/sections/elements.ts` tells them. */
function readElements(reader: Reader): ElementsOf {
  const flags = reader.u32()
  const isActive = (flags & 1) === 0
  const isExplicit = (flags & 2) !== 0
  const table = isActive && isExplicit ? reader.u32() : 0
  const offset = isActive ? readOffset(reader) : 0
  if (flags % 4 !== 0) reader.skip(1)
  const items = list(reader, (from) => {
    if ((flags & 4) === 0) return from.u32()
    const constant = readConstant(from)
    return 'function' in constant ? constant.function : null
  })
  const mode = isActive ? 'active' : isExplicit ? 'declarative' : 'passive'
  return { mode, table, offset, items }
}

function readData(reader: Reader): DataOf {
  const mode = reader.u32()
  if (mode === 2) reader.u32()
  const offset = mode === 1 ? 0 : readOffset(reader)
  return { mode: mode === 1 ? 'passive' : 'active', offset, range: readRange(reader) }
}

function readRange(reader: Reader): ByteRange {
  const length = reader.u32()
  const start = reader.pos
  reader.skip(length)
  return { start, end: reader.pos }
}
