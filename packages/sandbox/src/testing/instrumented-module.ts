// Small modules as the instrumenter would have written them, so that the host side can be tested
// by itself. Bodies are bytes, from the words below.
import { abi } from '../abi.ts'
import { type WasiFunction, wasiModule, wasiSignatures } from '../wasi/signatures.ts'

export type TypeName = 'i32' | 'i64' | 'f32' | 'f64'

/** The index of a function by its name. */
export type IndexOf = (name: string) => number

export interface TestFunction {
  readonly name: string
  readonly params?: readonly TypeName[]
  readonly results?: readonly TypeName[]
  /** How many locals of type i32 stand after the parameters. */
  readonly locals?: number
  readonly body: (indexOf: IndexOf) => readonly number[]
}

export interface TestModule {
  readonly wasi?: readonly WasiFunction[]
  readonly memory?: { readonly initial: number; readonly max: number } | null
  /** Mutable globals of the original, by their initial values. */
  readonly globals?: readonly { readonly type: TypeName; readonly init: readonly number[] }[]
  readonly control?: boolean
  readonly data?: readonly { readonly at: number; readonly bytes: readonly number[] }[]
  readonly functions: readonly TestFunction[]
}

/** Global indices of what the instrumenter adds; those of the original follow. */
export const added = { gas: 0, stack: 1, fault: 2, trace: 3, original: 4 } as const

export function buildInstrumented(spec: TestModule): Uint8Array {
  const { wasi = [], memory = { initial: 1, max: 4 }, globals = [], functions, data = [] } = spec
  const names = ['vcp.tick', ...wasi, ...functions.map(({ name }) => name)]
  const indexOf = (name: string) => {
    const index = names.indexOf(name)
    if (index < 0) throw new RangeError(`no function is named ${name}`)
    return index
  }
  const signatures = [
    { params: [], results: [] },
    ...wasi.map((name) => wasiSignatures[name]),
    ...functions.map(({ params = [], results = [] }) => ({ params, results })),
  ]
  const zero64 = { type: 'i64', init: i64(0) } as const
  const zero32 = { type: 'i32', init: i32(0) } as const
  const allGlobals = [zero64, zero32, zero32, zero64, ...globals]
  const exportsOf = [
    ...functions.map(({ name }) => [...text(name), 0, ...u32(indexOf(name))]),
    ...globalExports(spec),
    ...(memory === null ? [] : [[...text(abi.memory), 2, 0]]),
  ]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, signatures.map(functionType)),
    ...section(2, [
      [...text(abi.importModule), ...text(abi.tick), 0, ...u32(0)],
      ...wasi.map((name, i) => [...text(wasiModule), ...text(name), 0, ...u32(1 + i)]),
    ]),
    ...section(
      3,
      functions.map((_, i) => u32(1 + wasi.length + i)),
    ),
    ...(memory === null ? [] : section(5, [[0x03, ...u32(memory.initial), ...u32(memory.max)]])),
    ...section(
      6,
      allGlobals.map(({ type, init }) => [typeCodes[type], 1, ...init, 0x0b]),
    ),
    ...section(7, exportsOf),
    ...section(
      10,
      functions.map((made) => functionBody(made, indexOf)),
    ),
    ...section(
      11,
      data.map(({ at, bytes }) => [0, ...i32(at), 0x0b, ...sized(bytes)]),
    ),
  ])
}

function globalExports({ control = false, globals = [] }: TestModule): number[][] {
  const exported = (name: string, index: number) => [...text(name), 3, ...u32(index)]
  return [
    exported(abi.gas, added.gas),
    exported(abi.stack, added.stack),
    exported(abi.fault, added.fault),
    ...(control ? [exported(abi.trace, added.trace)] : []),
    ...globals.map((_, i) => exported(`${abi.globalPrefix}${i}`, added.original + i)),
  ]
}

const typeCodes: Readonly<Record<TypeName, number>> = { i32: 127, i64: 126, f32: 125, f64: 124 }

interface Signature {
  readonly params: readonly TypeName[]
  readonly results: readonly TypeName[]
}

function functionType({ params, results }: Signature): number[] {
  const codes = (types: readonly TypeName[]) => sized(types.map((type) => typeCodes[type]))
  return [0x60, ...codes(params), ...codes(results)]
}

function functionBody({ locals = 0, body }: TestFunction, indexOf: IndexOf): number[] {
  const declared = locals === 0 ? [0] : [1, ...u32(locals), typeCodes.i32]
  return sized([...declared, ...body(indexOf), 0x0b])
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  return [id, ...sized([...u32(items.length), ...items.flat()])]
}

function sized(bytes: readonly number[]): number[] {
  return [...u32(bytes.length), ...bytes]
}

function text(words: string): number[] {
  return sized([...new TextEncoder().encode(words)])
}

export function u32(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
    rest >>>= 7
  } while (rest > 0)
  return bytes
}

function signed(value: bigint): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7n) {
    const low = Number(rest & 0x7fn)
    const isLast = rest >> 6n === 0n || rest >> 6n === -1n
    bytes.push(isLast ? low : low | 0x80)
    if (isLast) return bytes
  }
}

export const i32 = (value: number) => [0x41, ...signed(BigInt(value | 0))]
export const i64 = (value: number | bigint) => [0x42, ...signed(BigInt.asIntN(64, BigInt(value)))]
export const f64 = (value: number) => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)]
export const local = (index: number) => [0x20, ...u32(index)]
export const setLocal = (index: number) => [0x21, ...u32(index)]
export const global = (index: number) => [0x23, ...u32(index)]
export const setGlobal = (index: number) => [0x24, ...u32(index)]
export const call = (index: number) => [0x10, ...u32(index)]
export const load32 = [0x28, 2, 0]
export const store32 = [0x36, 2, 0]
export const store8 = [0x3a, 0, 0]
export const add32 = [0x6a]
export const drop = [0x1a]
export const grow = [0x40, 0]
export const unreachable = [0x00]

/** A metering point: charges, and ticks where the gas fell below zero. */
export function meter(gas: number): number[] {
  return [
    ...global(added.gas),
    ...i64(gas),
    0x7d,
    ...setGlobal(added.gas),
    ...global(added.gas),
    ...i64(0),
    0x53,
    ...[0x04, 0x40, ...call(0), 0x0b],
  ]
}

/** Runs a body `count` times with a local that counts up from 0, each time charged `gas`. */
export function times(count: number, counter: number, gas: number, body: readonly number[]) {
  return [
    ...[0x03, 0x40],
    ...meter(gas),
    ...body,
    ...[...local(counter), ...i32(1), ...add32, 0x22, ...u32(counter)],
    ...[...i32(count), 0x49, 0x0d, 0, 0x0b],
  ]
}

/** Runs a body for ever, each time charged `gas`. */
export function forever(gas: number, body: readonly number[] = []) {
  return [0x03, 0x40, ...meter(gas), ...body, 0x0c, 0, 0x0b]
}
