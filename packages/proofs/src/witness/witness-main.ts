// What calculates a witness, as a process of its own: started without permissions, it reads its
// orders from stdin and writes the witness to stdout. What it runs is a stranger's; it needs no
// file of another folder, so that nothing but this one has to be readable to it.
import { readFileSync, writeSync } from 'node:fs'
import { type GeneratorFunction, generatorFunctions } from './generator-functions.ts'

type Input = string | readonly Input[]

interface Generator extends Record<GeneratorFunction, unknown> {
  readonly init: (sanityCheck: number) => void
  readonly getFieldNumLen32: () => number
  readonly getRawPrime: () => void
  readonly readSharedRWMemory: (at: number) => number
  readonly writeSharedRWMemory: (at: number, word: number) => void
  readonly getInputSize: () => number
  readonly getInputSignalSize: (high: number, low: number) => number
  readonly setInputSignal: (high: number, low: number, at: number) => void
  readonly getWitnessSize: () => number
  readonly getWitness: (at: number) => void
}

interface Imported {
  readonly module: string
  readonly name: string
  readonly kind: string
}

/** Of the JavaScript interface of WebAssembly what is needed here; no library declares it. */
interface Wasm {
  readonly Module: (new (
    bytes: Uint8Array,
  ) => object) & {
    imports(module: object): readonly Imported[]
  }
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> }
}

const wasm = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly

/** What circom has a generator call: to say why it gives up, and to print. */
const runtime = [
  'exceptionHandler',
  'printErrorMessage',
  'writeBufferMessage',
  'showSharedRWMemory',
  'error',
  'log',
]

const elementBytes = 32
const wordsOfField = elementBytes / 4
/** Of what a generator says about where it stands. */
const messageCharactersMax = 160

/** 3: an assertion of the circuit failed, which is to say: the statement does not hold. */
let exitCode = 1

try {
  const given = readFileSync(0)
  const headerBytes = given.readUInt32LE(0)
  const header = JSON.parse(given.toString('utf8', 4, 4 + headerBytes)) as {
    readonly input: Readonly<Record<string, Input>>
    readonly witnessMax: number
  }
  writeAll(witnessOf(given.subarray(4 + headerBytes), header.input, header.witnessMax))
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error))
  process.exitCode = exitCode
}

function witnessOf(
  bytes: Uint8Array,
  input: Readonly<Record<string, Input>>,
  witnessMax: number,
): Buffer {
  const generator = instantiate(bytes)
  generator.init(0)
  if (generator.getFieldNumLen32() !== wordsOfField) throw new Error('it is for another field')
  generator.getRawPrime()
  const prime = readElement(generator)
  let set = 0
  for (const [name, value] of Object.entries(input)) set += setSignal(generator, name, value, prime)
  if (set !== generator.getInputSize()) {
    throw new Error(`the circuit has ${generator.getInputSize()} inputs, and ${set} were given`)
  }
  const size = generator.getWitnessSize()
  if (size > witnessMax) throw new Error(`a witness of ${size} elements, at most ${witnessMax}`)
  return wtnsOf(generator, size, prime)
}

function instantiate(bytes: Uint8Array): Generator {
  const module = new wasm.Module(bytes)
  for (const { module: from, name, kind } of wasm.Module.imports(module)) {
    const isKnown = from === 'runtime' && kind === 'function' && runtime.includes(name)
    if (!isKnown) throw new Error(`it imports ${from}.${name}, which no generator of circom does`)
  }
  const deaf = Object.fromEntries(runtime.map((name) => [name, () => undefined]))
  let where = ''
  const printErrorMessage = () => {
    where = `${where} ${messageOf(exports)}`.slice(0, messageCharactersMax)
  }
  const exceptionHandler = (code: number) => {
    if (code !== 4) throw new Error(`it gives up: ${code}`)
    exitCode = 3
    throw new Error(`the inputs do not satisfy the circuit:${where}`)
  }
  const { exports } = new wasm.Instance(module, {
    runtime: { ...deaf, exceptionHandler, printErrorMessage },
  })
  const missing = generatorFunctions.find((name) => typeof exports[name] !== 'function')
  if (missing !== undefined) throw new Error(`it has no function ${missing}`)
  return exports as unknown as Generator
}

/** The template and line that it says it stands in, character by character. */
function messageOf(exports: Readonly<Record<string, unknown>>): string {
  const { getMessageChar: next } = exports
  let message = ''
  while (typeof next === 'function' && message.length < messageCharactersMax) {
    const code = Number(next())
    if (code === 0) break
    message += code > 32 && code < 127 ? String.fromCharCode(code) : ' '
  }
  return message.trim()
}

function setSignal(generator: Generator, name: string, value: Input, prime: bigint): number {
  const values = flat(value)
  const hash = fnv1a(name)
  const [high, low] = [Number(hash >> 32n), Number(hash & 0xffffffffn)]
  const size = generator.getInputSignalSize(high, low)
  if (size < 0) throw new Error(`the circuit has no input ${name}`)
  if (size !== values.length) {
    throw new Error(`the input ${name} has ${size} values, and ${values.length} were given`)
  }
  for (const [at, text] of values.entries()) {
    const element = ((BigInt(text) % prime) + prime) % prime
    for (let word = 0; word < wordsOfField; word++) {
      const bits = Number((element >> BigInt(32 * word)) & 0xffffffffn)
      generator.writeSharedRWMemory(word, bits)
    }
    generator.setInputSignal(high, low, at)
  }
  return values.length
}

function flat(value: Input): readonly string[] {
  return typeof value === 'string' ? [value] : value.flatMap(flat)
}

/** As circom names inputs: FNV-1a of 64 bits. */
function fnv1a(name: string): bigint {
  let hash = 0xcbf29ce484222325n
  for (const byte of Buffer.from(name)) {
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn
  }
  return hash
}

function readElement(generator: Generator): bigint {
  let element = 0n
  for (let word = wordsOfField - 1; word >= 0; word--) {
    element = (element << 32n) | BigInt(generator.readSharedRWMemory(word) >>> 0)
  }
  return element
}

/** The format that provers take: a header with the field and the size, then the elements. */
function wtnsOf(generator: Generator, size: number, prime: bigint): Buffer {
  const headerBytes = 4 + elementBytes + 4
  const file = Buffer.alloc(12 + 12 + headerBytes + 12 + size * elementBytes)
  file.write('wtns', 0, 'latin1')
  let at = file.writeUInt32LE(2, file.writeUInt32LE(2, 4))
  at = file.writeBigUInt64LE(BigInt(headerBytes), file.writeUInt32LE(1, at))
  at = file.writeUInt32LE(elementBytes, at)
  for (let word = 0; word < wordsOfField; word++) {
    at = file.writeUInt32LE(Number((prime >> BigInt(32 * word)) & 0xffffffffn), at)
  }
  at = file.writeUInt32LE(size, at)
  at = file.writeBigUInt64LE(BigInt(size * elementBytes), file.writeUInt32LE(2, at))
  for (let i = 0; i < size; i++) {
    generator.getWitness(i)
    for (let word = 0; word < wordsOfField; word++) {
      at = file.writeUInt32LE(generator.readSharedRWMemory(word) >>> 0, at)
    }
  }
  return file
}

function writeAll(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at)
}
