// How fast modules are rewritten, in processor time of this thread (V8 validates in others
// besides); and how long the worst of those accepted take until they can run: rewriting by the
// same measure, compiling in that of all threads, of which V8 keeps as many busy as there are
// cores.
import { setFlagsFromString } from 'node:v8'
import { type InstrumentOptions, instrument } from '../src/instrument/instrument.ts'
import { wasm } from '../src/webassembly.ts'
import { cpuMs } from './cpu-time.ts'
import { craftedModules } from './crafted-modules.ts'
import { wasmOf } from './programs.ts'

export interface RewritingFigures {
  readonly module: string
  readonly bytes: number
  readonly firstMs: number
  readonly bestMs: number
  /** Millions of bytes of the original a second, at best. */
  readonly megabytesPerSecond: number
}

export interface WorstFigures {
  readonly module: string
  readonly bytes: number
  /** Null where it was accepted. */
  readonly refused: string | null
  readonly rewriteMs: number
  /** Best of `worstRounds`; another module each time, or V8 would know it again. */
  readonly compileMs: number
  /** By the clock, while the other figures are of processor time. */
  readonly compileWallMs: number
}

const options: InstrumentOptions = { memoryPagesMax: 8_192, trace: true }
const worstRounds = 2

/** The first module pays for the optimising of our own code; the others show how it goes on. */
export function measureRewriting(rounds: number): RewritingFigures[] {
  return ['sha256', 'matmul', 'nbody', 'image-filter', 'quickjs', 'sqlite'].map((name) => {
    const bytes = wasmOf(name)
    const times = Array.from({ length: rounds }, () => cpuMs(() => instrument(bytes, options))[1])
    const [firstMs, bestMs] = [times[0]!, Math.min(...times)]
    const megabytesPerSecond = bytes.length / bestMs / 1_000
    return { module: name, bytes: bytes.length, firstMs, bestMs, megabytesPerSecond }
  })
}

/** Rewriting and compiling of the largest modules of several shapes that the bounds let pass. */
export function measureWorst(): WorstFigures[] {
  // V8 would leave each function to its first call; here all are compiled at once.
  setFlagsFromString('--no-wasm-lazy-compilation')
  const figures = craftedModules.map(({ name, build }) => {
    const rounds = Array.from({ length: worstRounds }, (_, seed) => worstOf(build(seed)))
    const best = (each: (round: (typeof rounds)[number]) => number) => Math.min(...rounds.map(each))
    return {
      module: name,
      bytes: build(0).length,
      refused: rounds[0]!.refused,
      rewriteMs: best(({ rewriteMs }) => rewriteMs),
      compileMs: best(({ compileMs }) => compileMs),
      compileWallMs: best(({ compileWallMs }) => compileWallMs),
    }
  })
  setFlagsFromString('--wasm-lazy-compilation')
  return figures
}

function worstOf(bytes: Uint8Array): Omit<WorstFigures, 'module' | 'bytes'> {
  const [made, rewriteMs] = cpuMs(() => instrument(bytes, options))
  if (!made.ok) return { refused: made.code, rewriteMs, compileMs: 0, compileWallMs: 0 }
  const before = process.cpuUsage()
  const began = performance.now()
  new wasm.Module(made.bytes)
  const compileWallMs = performance.now() - began
  const { user, system } = process.cpuUsage(before)
  return { refused: null, rewriteMs, compileMs: (user + system) / 1_000, compileWallMs }
}
