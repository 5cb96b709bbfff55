// Builds modules in code, for tests: sound ones, and ones that are wrong in a chosen way.
import { type ValueTypeName, valueTypes } from '../module/value-type.ts'
import { assemble, named, signed, unsigned } from './assemble.ts'

export interface FunctionSpec {
  readonly params?: readonly ValueTypeName[]
  readonly results?: readonly ValueTypeName[]
  readonly locals?: readonly ValueTypeName[]
  readonly export?: string
  /** In the words of `assemble`, without the closing `end`; or its bytes. */
  readonly body: string | readonly number[]
}

export interface SizeSpec {
  readonly min: number
  readonly max?: number
  readonly export?: string
}

export interface GlobalSpec {
  readonly type: ValueTypeName
  readonly mutable?: boolean
  readonly init: string
  readonly export?: string
}

export interface ElementSpec {
  readonly mode?: 'active' | 'passive' | 'declarative'
  readonly at?: number
  /** Function indices, null for a null reference. */
  readonly items: readonly (number | null)[]
}

type Items = number[][]

export class ModuleBuilder {
  readonly #types: Items = []
  readonly #imports: Items = []
  readonly #functions: Items = []
  readonly #tables: Items = []
  readonly #memories: Items = []
  readonly #globals: Items = []
  readonly #exports: Items = []
  readonly #elements: Items = []
  readonly #bodies: Items = []
  readonly #data: Items = []
  readonly #raw: { readonly before: number; readonly bytes: number[] }[] = []
  #start: number[] | null = null
  #countsData = false

  type(params: readonly ValueTypeName[], results: readonly ValueTypeName[]): number {
    const list = (types: readonly ValueTypeName[]) =>
      vector(types.map((type) => [valueTypes[type]]))
    return this.rawType([0x60, ...list(params), ...list(results)])
  }

  /** Types that are equal are one type. */
  rawType(bytes: readonly number[]): number {
    const found = this.#types.findIndex((type) => String(type) === String(bytes))
    return found >= 0 ? found : this.#types.push([...bytes]) - 1
  }

  import(
    module: string,
    name: string,
    params: readonly ValueTypeName[] = [],
    results: readonly ValueTypeName[] = [],
  ): number {
    return this.rawImport(module, name, [0, ...unsigned(this.type(params, results))])
  }

  rawImport(module: string, name: string, what: readonly number[]): number {
    return this.#imports.push([...named(module), ...named(name), ...what]) - 1
  }

  /** Answers the index of the function; imports must be declared before. */
  function(spec: FunctionSpec): number {
    const { params = [], results = [], locals = [], body } = spec
    const index = this.#imports.length + this.#functions.length
    this.#functions.push(unsigned(this.type(params, results)))
    const groups = vector(locals.map((type) => [1, valueTypes[type]]))
    const code = typeof body === 'string' ? [...assemble(body), 0x0b] : body
    this.rawBody([...groups, ...code])
    if (spec.export !== undefined) this.export(spec.export, 0, index)
    return index
  }

  rawFunction(typeIndex: number): void {
    this.#functions.push(unsigned(typeIndex))
  }

  rawBody(bytes: readonly number[]): void {
    const sized = unsigned(bytes.length)
    for (const byte of bytes) sized.push(byte)
    this.#bodies.push(sized)
  }

  table(spec: SizeSpec): number {
    const index = this.#tables.push([valueTypes.funcref, ...limitsOf(spec)]) - 1
    if (spec.export !== undefined) this.export(spec.export, 1, index)
    return index
  }

  memory(spec: SizeSpec): void {
    this.rawMemory(limitsOf(spec))
    if (spec.export !== undefined) this.export(spec.export, 2, 0)
  }

  rawMemory(limits: readonly number[]): void {
    this.#memories.push([...limits])
  }

  global({ type, mutable = false, init, export: name }: GlobalSpec): number {
    const bytes = [valueTypes[type], mutable ? 1 : 0, ...assemble(init), 0x0b]
    const index = this.#globals.push(bytes) - 1
    if (name !== undefined) this.export(name, 3, index)
    return index
  }

  export(name: string, kind: number, index: number): void {
    this.#exports.push([...named(name), kind, ...unsigned(index)])
  }

  start(index: number): void {
    this.#start = unsigned(index)
  }

  element({ mode = 'active', at = 0, items }: ElementSpec): number {
    const expressions = items.includes(null)
    const flags = { active: 0, passive: 1, declarative: 3 }[mode] + (expressions ? 4 : 0)
    const place = mode === 'active' ? [0x41, ...signed(at), 0x0b] : []
    const kind = mode === 'active' ? [] : [expressions ? valueTypes.funcref : 0]
    const list = items.map((item) => {
      if (!expressions) return unsigned(item!)
      return item === null ? [0xd0, valueTypes.funcref, 0x0b] : [0xd2, ...unsigned(item), 0x0b]
    })
    return this.#elements.push([flags, ...place, ...kind, ...vector(list)]) - 1
  }

  /** Passive if it has no place. */
  data(bytes: readonly number[], at: number | null = 0): number {
    if (at === null) this.#countsData = true
    const place = at === null ? [1] : [0, 0x41, ...signed(at), 0x0b]
    return this.#data.push([...place, ...unsigned(bytes.length), ...bytes]) - 1
  }

  /** A section of any content, in front of the section of number `before`. */
  rawSection(before: number, id: number, content: readonly number[]): void {
    this.#raw.push({ before, bytes: [id, ...unsigned(content.length), ...content] })
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const out: number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
    const append = (bytes: readonly number[]) => {
      for (const byte of bytes) out.push(byte)
    }
    const sections: [id: number, content: readonly number[] | null][] = [
      [1, contentOf(this.#types)],
      [2, contentOf(this.#imports)],
      [3, contentOf(this.#functions)],
      [4, contentOf(this.#tables)],
      [5, contentOf(this.#memories)],
      [6, contentOf(this.#globals)],
      [7, contentOf(this.#exports)],
      [8, this.#start],
      [9, contentOf(this.#elements)],
      [12, this.#countsData ? unsigned(this.#data.length) : null],
      [10, contentOf(this.#bodies)],
      [11, contentOf(this.#data)],
    ]
    for (const [id, content] of sections) {
      for (const { before, bytes } of this.#raw) if (before === id) append(bytes)
      if (content === null) continue
      append([id, ...unsigned(content.length)])
      append(content)
    }
    for (const { before, bytes } of this.#raw) if (before > 12) append(bytes)
    return Uint8Array.from(out)
  }
}

/** A module of one exported function. */
export function moduleOf(spec: FunctionSpec): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder()
  builder.function(spec)
  return builder.bytes()
}

function vector(items: readonly (readonly number[])[]): number[] {
  const out = unsigned(items.length)
  for (const item of items) for (const byte of item) out.push(byte)
  return out
}

function contentOf(items: Items): number[] | null {
  return items.length === 0 ? null : vector(items)
}

function limitsOf({ min, max }: SizeSpec): number[] {
  return max === undefined ? [0, ...unsigned(min)] : [1, ...unsigned(min), ...unsigned(max)]
}
