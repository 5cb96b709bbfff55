// How much slower a program is under the sandbox's rules: against the same module without them, and
// against gcc -O2. All variants of a program take turns in one run, so that a busy minute meets
// them all; a ratio is one of best times, and times are the processor's.
//
// Before anything counts each variant runs until V8 has optimised it: at least `warmUps` times,
// with a pause after each for the compiler's threads to finish.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Contender, metered, plain, wholeRun } from './contenders.ts'
import { native } from './native.ts'
import { type Program, programs } from './programs.ts'

const variants = ['plain', 'full', 'traced', 'checkpoints', 'native', 'run'] as const
type Variant = (typeof variants)[number]

export interface ProgramFigures {
  readonly program: string
  /** Milliseconds; null where there is nothing to compare with. */
  readonly best: Readonly<Record<Variant, number | null>>
  readonly median: Readonly<Record<Variant, number | null>>
}

const warmUps = 4
const warmUpPauseMs = 120

export async function measurePrograms(
  rounds: number,
  wanted: (program: string) => boolean,
): Promise<ProgramFigures[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vcp-bench-'))
  try {
    const figures: ProgramFigures[] = []
    for (const program of programs) {
      if (wanted(program.name)) figures.push(await measureProgram(program, rounds, folder))
    }
    return figures
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function measureProgram(
  program: Program,
  rounds: number,
  folder: string,
): Promise<ProgramFigures> {
  const { module, call, name } = program
  const contenders: Record<Variant, Contender | null> = {
    plain: plain(module, call),
    full: metered(module, call, { trace: false, isChecked: false }),
    traced: metered(module, call, { trace: true, isChecked: false }),
    checkpoints: metered(module, call, { trace: true, isChecked: true }),
    native: native(program, folder),
    run: wholeRun(module, call),
  }
  const present = variants.filter((variant) => contenders[variant] !== null)
  for (let round = 0; round < warmUps; round++) {
    for (const variant of present) contenders[variant]!.once()
    await pause(warmUpPauseMs)
  }
  const times = Object.fromEntries(variants.map((variant) => [variant, [] as number[]]))
  for (let round = 0; round < rounds; round++) {
    for (const variant of present) times[variant]!.push(contenders[variant]!.once())
  }
  const answers = new Set(present.map((variant) => contenders[variant]!.answer()))
  if (answers.size > 1) throw new Error(`${name}: ${present.join(', ')} do not agree`)
  return { program: name, best: each(times, 0), median: each(times, 0.5) }
}

function each(times: Record<string, number[]>, quantile: number): Record<Variant, number | null> {
  const entries = variants.map((variant) => {
    const sorted = times[variant]!.toSorted((a, b) => a - b)
    return [variant, sorted[Math.floor(sorted.length * quantile)] ?? null]
  })
  return Object.fromEntries(entries)
}

/** Ratios of best times, as columns of a table; the last row has the geometric means. */
export function ratiosOf(figures: readonly ProgramFigures[]): RatioRow[] {
  const rows = figures.map(({ program, best }) => ({
    program,
    plainMs: best.plain!,
    fullToPlain: quotient(best.full, best.plain),
    tracedToPlain: quotient(best.traced, best.plain),
    checkpointsToPlain: quotient(best.checkpoints, best.plain),
    plainToNative: quotient(best.plain, best.native),
    fullToNative: quotient(best.full, best.native),
    runMs: best.run!,
  }))
  const mean = (column: keyof Ratios) => geometricMean(rows.map((row) => row[column]))
  return [
    ...rows,
    {
      program: 'geometric mean',
      plainMs: null,
      fullToPlain: mean('fullToPlain'),
      tracedToPlain: mean('tracedToPlain'),
      checkpointsToPlain: mean('checkpointsToPlain'),
      plainToNative: mean('plainToNative'),
      fullToNative: mean('fullToNative'),
      runMs: null,
    },
  ]
}

interface Ratios {
  readonly fullToPlain: number | null
  readonly tracedToPlain: number | null
  readonly checkpointsToPlain: number | null
  readonly plainToNative: number | null
  readonly fullToNative: number | null
}

export interface RatioRow extends Ratios {
  readonly program: string
  readonly plainMs: number | null
  readonly runMs: number | null
}

function quotient(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one / other
}

function geometricMean(ratios: readonly (number | null)[]): number | null {
  const known = ratios.filter((ratio) => ratio !== null)
  if (known.length === 0) return null
  return Math.exp(known.reduce((sum, ratio) => sum + Math.log(ratio), 0) / known.length)
}
