// What a checkpoint costs: the same run with and without, for memories of several sizes, of which
// each round writes a byte in some pages.
import { createHash } from 'node:crypto'
import type { PageTools } from '../src/run/page-tools.ts'
import { compileProgram } from '../src/run/program.ts'
import { run } from '../src/run/run.ts'
import {
  buildInstrumented,
  i32,
  local,
  meter,
  store8,
  times,
} from '../src/testing/instrumented-module.ts'
import { runRequest } from '../src/testing/run-request.ts'
import { cpuMs } from './cpu-time.ts'

const rounds = 20
const repeats = 5
const native: PageTools = {
  sha256: (bytes) => createHash('sha256').update(bytes).digest(),
  isEqual: (one, other) => Buffer.compare(one, other) === 0,
}

/** Fills every page once; then each round writes to `touched` pages and passes a checkpoint. */
function moduleOf(pages: number, touched: number): Uint8Array {
  const fill = (byte: number) => [
    ...[...local(0), ...i32(16), 0x74, ...local(1), ...i32(byte), 0x6a, ...store8],
  ]
  const perRound = [0x41, 0, 0x21, 0, ...times(touched, 0, 1, fill(1)), ...meter(1_000_000_000)]
  const functions = [
    {
      name: '_start',
      locals: 3,
      body: () => [...times(pages, 0, 1, fill(7)), ...times(rounds, 1, 1, perRound)],
    },
  ]
  return buildInstrumented({ memory: { initial: pages, max: pages }, functions })
}

export interface CheckpointFigures {
  readonly pages: number
  readonly touched: number
  readonly checkpoints: number
  /** Milliseconds a checkpoint, with what runs anywhere and with what Node brings. */
  readonly portableMs: number
  readonly nativeMs: number
}

export function measureCheckpoints(): CheckpointFigures[] {
  return [3, 150, 1_000].flatMap((pages) => [1, pages].map((touched) => figuresOf(pages, touched)))
}

function figuresOf(pages: number, touched: number): CheckpointFigures {
  const program = compileProgram(moduleOf(pages, touched))
  const request = runRequest({ gas: 1e11, checkpointGas: 1e9 })
  const traced = run(program, request)
  if (traced.kind !== 'attestable' || traced.ending.kind !== 'ok') throw new Error('did not end')
  const count = traced.checkpoints.length
  const plainMs = bestMs(() => run(program, { ...request, checkpointGas: null }))
  const each = (tools: Partial<PageTools>) =>
    (bestMs(() => run(program, request, tools)) - plainMs) / count
  return { pages, touched, checkpoints: count, portableMs: each({}), nativeMs: each(native) }
}

function bestMs(work: () => void): number {
  return Math.min(...Array.from({ length: repeats }, () => cpuMs(work)[1]))
}
