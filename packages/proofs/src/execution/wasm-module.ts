// What a program needs to know of a module: its functions, globals and initial memory. The module
// was validated before; here the only question is what of it fits.
import { ByteReader } from './byte-reader.ts'
import { Unfit } from './unfit.ts'

export interface FunctionType {
  readonly params: readonly number[]
  readonly results: readonly number[]
}

export interface WasmFunction {
  readonly type: FunctionType
  /** Null for an import. */
  readonly body: { readonly at: number; readonly end: number } | null
}

export interface WasmProgram {
  readonly bytes: Uint8Array
  readonly types: readonly FunctionType[]
  readonly functions: readonly WasmFunction[]
  readonly exports: ReadonlyMap<string, number>
  /** The values of globals at first; null for one of another type, or an import. */
  readonly globals: readonly (number | null)[]
  /** Bytes of memory that are not 0 at first, by their addresses. */
  readonly data: readonly { readonly address: number; readonly bytes: Uint8Array }[]
}

export const i32 = 0x7f

interface Draft {
  readonly bytes: Uint8Array
  types: FunctionType[]
  functions: { type: FunctionType; body: WasmFunction['body'] }[]
  readonly exports: Map<string, number>
  readonly globals: (number | null)[]
  readonly data: { address: number; bytes: Uint8Array }[]
}

export function readModule(bytes: Uint8Array): WasmProgram {
  const draft: Draft = {
    bytes,
    types: [],
    functions: [],
    exports: new Map(),
    globals: [],
    data: [],
  }
  const reader = new ByteReader(bytes, 8)
  while (!reader.isDone) {
    const id = reader.byte()
    readSection(draft, id, reader.take(reader.unsigned()))
  }
  return draft
}

function readSection(draft: Draft, id: number, section: ByteReader): void {
  if (id === 1) draft.types = section.list(() => functionType(section))
  if (id === 2) section.list(() => readImport(draft, section))
  if (id === 3) {
    // One by one: there may be more than a call takes arguments.
    section.list(() => draft.functions.push({ type: draft.types[section.unsigned()]!, body: null }))
  }
  if (id === 6) section.list(() => draft.globals.push(readGlobal(draft, section)))
  if (id === 7) section.list(() => readExport(draft, section))
  if (id === 8) throw new Unfit('the module has a start function', section.at)
  if (id === 10) {
    let at = draft.functions.length - section.unsigned()
    while (!section.isDone) draft.functions[at++]!.body = readBody(section)
  }
  if (id === 11) section.list(() => readData(draft, section))
}

function functionType(section: ByteReader): FunctionType {
  const form = section.byte()
  if (form !== 0x60) throw new Unfit('a type is not that of a function', section.at - 1)
  const params = section.list(() => section.byte())
  return { params, results: section.list(() => section.byte()) }
}

function readImport(draft: Draft, section: ByteReader): void {
  section.name()
  section.name()
  const kind = section.byte()
  if (kind === 0) {
    draft.functions.push({ type: draft.types[section.unsigned()]!, body: null })
  } else if (kind === 3) {
    section.take(2)
    draft.globals.push(null)
  } else {
    throw new Unfit('the module imports a memory, a table or a tag', section.at - 1)
  }
}

function readGlobal(draft: Draft, section: ByteReader): number | null {
  const type = section.byte()
  section.byte()
  const value = constant(draft, section)
  return type === i32 ? value : null
}

/** The value of a constant expression, if it is a number of 32 bits. */
function constant(draft: Draft, section: ByteReader): number | null {
  let value: number | null = null
  for (;;) {
    const opcode = section.byte()
    if (opcode === 0x0b) return value
    if (opcode === 0x41) value = section.signed()
    else if (opcode === 0x23) value = draft.globals[section.unsigned()] ?? null
    else return skipConstant(section, opcode)
  }
}

function skipConstant(section: ByteReader, opcode: number): null {
  if (opcode === 0x43) section.take(4)
  else if (opcode === 0x44) section.take(8)
  else if (opcode === 0x42) while (section.byte() >= 0x80);
  else if (opcode === 0xd2) section.unsigned()
  else if (opcode === 0xd0) section.byte()
  else throw new Unfit('a constant is worked out', section.at - 1)
  if (section.byte() !== 0x0b) throw new Unfit('a constant is worked out', section.at - 1)
  return null
}

function readExport(draft: Draft, section: ByteReader): void {
  const name = section.name()
  const kind = section.byte()
  const index = section.unsigned()
  if (kind === 0) draft.exports.set(name, index)
}

function readBody(section: ByteReader): NonNullable<WasmFunction['body']> {
  const body = section.take(section.unsigned())
  return { at: body.at, end: body.end }
}

function readData(draft: Draft, section: ByteReader): void {
  const kind = section.unsigned()
  if (kind !== 0) throw new Unfit('a data segment is not active in memory 0', section.at)
  const address = constant(draft, section)
  if (address === null) throw new Unfit('a data segment has no constant place', section.at)
  const bytes = section.take(section.unsigned()).rest()
  draft.data.push({ address: address >>> 0, bytes })
}
