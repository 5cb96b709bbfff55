// Modules for tests, put together from bytes: functions of i32, one page of memory, globals.

export interface TestFunction {
  readonly params: number
  readonly results: number
  readonly locals: number
  /** Without the closing `end`. */
  readonly body: readonly number[]
}

export interface TestModule {
  /** The first is exported as `f`. */
  readonly functions: readonly TestFunction[]
  readonly globals?: readonly number[]
  readonly data?: readonly number[]
}

export function wasmModule({ functions, globals = [], data = [] }: TestModule): Uint8Array {
  const list = (items: readonly (readonly number[])[]) => [
    ...unsigned(items.length),
    ...items.flat(),
  ]
  const section = (id: number, content: readonly number[]) => [
    id,
    ...unsigned(content.length),
    ...content,
  ]
  const i32s = (count: number) => list(new Array<number[]>(count).fill([0x7f]))
  const bodies = functions.map(({ locals, body }) => {
    const code = [...list([[...unsigned(locals), 0x7f]]), ...body, 0x0b]
    return [...unsigned(code.length), ...code]
  })
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      list(functions.map(({ params, results }) => [0x60, ...i32s(params), ...i32s(results)])),
    ),
    ...section(3, list(functions.map((_, i) => unsigned(i)))),
    ...section(5, [1, 0, 1]),
    ...section(6, list(globals.map((value) => [0x7f, 1, 0x41, ...signed(value), 0x0b]))),
    ...section(7, list([[1, 0x66, 0, 0]])),
    ...section(10, list(bodies)),
    ...section(
      11,
      list(data.length === 0 ? [] : [[0, 0x41, 0, 0x0b, ...unsigned(data.length), ...data]]),
    ),
  ])
}

export function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

export function signed(value: number): number[] {
  const rest = value >> 7
  const low = value & 0x7f
  const isDone = (rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40)
  return isDone ? [low] : [low | 0x80, ...signed(rest)]
}

interface Instantiation {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: Record<string, unknown> }
}

/** What the engine that runs us makes of `f`, without a sign. */
export function native(bytes: Uint8Array, args: readonly number[]): number {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: Instantiation }).WebAssembly
  const { exports } = new Instance(new Module(bytes))
  return ((exports['f'] as (...given: readonly number[]) => number | undefined)(...args) ?? 0) >>> 0
}
