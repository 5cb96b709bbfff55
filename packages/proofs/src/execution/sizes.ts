import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { ExecutionSize } from './commitments.ts'
import type { ExecutionProgram } from './compile-execution.ts'
import { type ExecutionFit, fitExecution } from './run-execution.ts'

/** The sizes that the circuit is built in, by the names of its variants. */
export const executionSizes = {
  tiny: { steps: 4, length: 4, words: 6 },
  small: { steps: 16, length: 16, words: 16 },
  standard: { steps: 128, length: 128, words: 128 },
  large: { steps: 512, length: 256, words: 256 },
} as const satisfies Readonly<Record<string, ExecutionSize>>
export type ExecutionSizeName = keyof typeof executionSizes

export interface SizedExecution extends ExecutionFit {
  readonly size: ExecutionSizeName
}

/** The smallest size that takes a run in one proof; the largest, if it takes several. */
export function sizeExecution(
  program: ExecutionProgram,
  args: readonly number[],
): Outcome<SizedExecution> {
  let last: Outcome<SizedExecution> = refuse('EXECUTION_UNFIT', 'there is no size')
  for (const [name, size] of Object.entries(executionSizes)) {
    const fit = fitExecution(program, args, size)
    last = fit.ok ? pass({ ...fit.value, size: name as ExecutionSizeName }) : fit
    if (last.ok && last.value.segments === 1) return last
  }
  return last
}
