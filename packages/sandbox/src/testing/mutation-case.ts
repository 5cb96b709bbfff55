// One case of the mutation fuzzer: which module, how it is damaged, and what must hold of it then.
import { readFileSync } from 'node:fs'
import { type InstrumentOptions, instrument } from '../instrument/instrument.ts'
import { bounds } from '../module/bounds.ts'
import { type RejectionCode, rejectionCodes } from '../module/rejection.ts'
import { compileProgram } from '../run/program.ts'
import { run } from '../run/run.ts'
import { wasm } from '../webassembly.ts'
import { buildVariant, generateModule } from './generated-module.ts'
import { hostileModules } from './hostile-modules.ts'
import { mutated, Random } from './mutation.ts'
import { runRequest } from './run-request.ts'

/** What became of a case; anything that must not be is thrown. */
export type CaseOutcome = 'accepted' | RejectionCode

const folder = new URL('../../../../wasm-modules/', import.meta.url)
/** By how many cases each is taken in turn; the large ones take a hundred times as long. */
const prebuilt = ['hello', 'matmul', 'sha256', 'pi', 'text', 'image-filter', 'nbody'].map(moduleAt)
const large = ['sqlite', 'quickjs'].map(moduleAt)
const largeEvery = 500

const smallBytesMax = 4_096
const hostile = hostileModules
  .filter(({ code }) => !code.startsWith('LIMIT_'))
  .map(({ bytes }) => bytes())
  .filter(({ length }) => length <= smallBytesMax)

/** The case of a number. The same seed and number are the same case, on every machine. */
export function mutantOf(seed: number, nth: number): Uint8Array {
  const random = new Random(seed, nth)
  return mutated(subject(random, nth), anyModule(random), random)
}

/** Rewrites a mutant, and runs it where it is accepted. Throws where a property does not hold. */
export function tryMutant(bytes: Uint8Array): CaseOutcome {
  const options: InstrumentOptions = { memoryPagesMax: 64, trace: bytes.length % 2 === 0 }
  const made = instrument(bytes, options)
  if (!made.ok) {
    demand(made.code in rejectionCodes, `refused with ${made.code}, which is no code`)
    demand((made.offset ?? 0) <= bytes.length, `refused at ${made.offset}, beyond its end`)
    return made.code
  }
  demand(wasm.validate(made.bytes), 'accepted, and the engine does not take what was written')
  demand(made.bytes.length <= writtenMax(bytes.length), 'accepted, and grew beyond measure')
  demand(
    (made.module.complexity?.module ?? 0) <= bounds.moduleComplexity.value,
    'accepted, and is too complex',
  )
  const again = instrument(bytes, options)
  demand(again.ok && again.digest === made.digest, 'accepted, and written differently again')
  const program = compileProgram(made.bytes)
  const result = run(program, runRequest({ gas: 20_000, stackUnits: 10_000, trace: options.trace }))
  // Where the machine has no room for one more memory, that says nothing of the module.
  const isFair = result.kind === 'attestable' || result.fault === 'host_memory'
  demand(isFair, `accepted, and ended with ${result.kind === 'attestable' || result.detail}`)
  return 'accepted'
}

/** An empty loop grows most; and a few functions are added. */
function writtenMax(bytes: number): number {
  return 4_096 + 40 * bytes
}

function subject(random: Random, nth: number): Uint8Array {
  return nth % largeEvery === largeEvery - 1 ? random.one(large) : anyModule(random)
}

function anyModule(random: Random): Uint8Array {
  const kind = random.below(12)
  if (kind === 0) return random.one(hostile)
  if (kind < 6) return random.one(prebuilt)
  return buildVariant(generateModule(random.bytes(40 + random.below(300))), 'as-is')
}

/** A copy, as `slice` of a `Buffer` is none. */
function moduleAt(name: string): Uint8Array {
  return Uint8Array.from(readFileSync(new URL(`${name}/${name}.wasm`, folder)))
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}
