import { type Outcome, pass } from '@vcp/protocol'
import { addressesMax } from './commitments.ts'
import { FunctionCompiler } from './function-compiler.ts'
import { fitting, Unfit } from './unfit.ts'
import { readModule, type WasmProgram } from './wasm-module.ts'

/** A function as a program for the machine. */
export interface ExecutionProgram {
  readonly instructions: readonly bigint[]
  /** How many numbers it takes: they go into the words from 2 on. */
  readonly params: number
  readonly returns: boolean
  /** Words as they are at first, beside its arguments: constants, globals, memory. */
  readonly words: readonly number[]
  /** How many of the words are registers; memory follows, as far as a circuit has room. */
  readonly registers: number
}

/** The first word that an argument goes into. */
export const firstParam = 2

interface Validator {
  validate(bytes: Uint8Array): boolean
}
/** Neither the language's library nor Node's types declare it. */
const { WebAssembly: webAssembly } = globalThis as unknown as { WebAssembly: Validator }

/** Refuses, with the instruction and its place, what the machine has no way to do. */
export function compileExecution(bytes: Uint8Array, name: string): Outcome<ExecutionProgram> {
  return fitting(() => {
    if (!webAssembly.validate(bytes)) throw new Unfit('the bytes are not a module that validates')
    const module = readModule(bytes)
    const index = module.exports.get(name)
    if (index === undefined) {
      const known = inFew([...module.exports.keys()])
      throw new Unfit(`it exports no function ${JSON.stringify(name)}, but: ${known}`)
    }
    return pass(compile(module, index))
  })
}

const namesShown = 8
const nameCharactersShown = 64

/** A stranger's module may have names without end. */
function inFew(names: readonly string[]): string {
  if (names.length === 0) return 'none'
  const shown = names.slice(0, namesShown).map((name) => name.slice(0, nameCharactersShown))
  const rest = names.length - shown.length
  const list = shown.map((name) => JSON.stringify(name)).join(', ')
  return rest === 0 ? list : `${list} and ${rest} more`
}

function compile(module: WasmProgram, index: number): ExecutionProgram {
  const compiler = new FunctionCompiler(module)
  compiler.compileWhole(index)
  const { assembly, globals } = compiler
  const { program, registers, constants } = assembly.finish()
  const words = new Array<number>(registers).fill(0)
  for (const [value, register] of constants) words[register] = value
  for (const [global, register] of globals) words[register] = module.globals[global]! >>> 0
  if (assembly.usesMemory) placeData(words, module)
  const { params, results } = module.functions[index]!.type
  return {
    instructions: program,
    params: params.length,
    returns: results.length > 0,
    words,
    registers,
  }
}

function placeData(words: number[], { data }: WasmProgram): void {
  const base = words.length
  for (const { address, bytes } of data) {
    const end = base + Math.ceil((address + bytes.length) / 4)
    if (end > addressesMax) throw new Unfit(`its data ends at byte ${address + bytes.length}`)
    while (words.length < end) words.push(0)
    for (const [i, byte] of bytes.entries()) {
      const word = base + Math.floor((address + i) / 4)
      const shift = 8 * ((address + i) % 4)
      words[word] = ((words[word]! & ~(0xff << shift)) | (byte << shift)) >>> 0
    }
  }
}
