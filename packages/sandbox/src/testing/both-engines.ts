// One request on V8 and on the step engine, and what has to be equal of the two.
import { type InstrumentOptions, instrument } from '../instrument/instrument.ts'
import { compileProgram } from '../run/program.ts'
import type { RunRequest } from '../run/request.ts'
import { run } from '../run/run.ts'
import { type StepProgram, stepProgram } from '../step/step-program.ts'
import { stepRun } from '../step/step-run.ts'
import { ModuleBuilder } from './module-builder.ts'

/** The instrumented bytes of a module, or a failed test. */
export function rewritten(
  build: (module: ModuleBuilder) => void,
  options: Partial<InstrumentOptions> = {},
): Uint8Array {
  const module = new ModuleBuilder()
  build(module)
  const made = instrument(module.bytes(), { memoryPagesMax: 64, trace: true, ...options })
  if (!made.ok) throw new Error(`${made.code}: ${made.detail}`)
  return made.bytes
}

export function stepProgramOf(build: (module: ModuleBuilder) => void): StepProgram {
  return stepProgram(rewritten(build))
}

/** All that a receipt holds of a run, and its output. */
export function onV8(bytes: Uint8Array, request: RunRequest) {
  const result = run(compileProgram(bytes), request)
  if (result.kind !== 'attestable') throw new Error(`${result.fault}: ${result.detail}`)
  const { detail: _, ...attested } = result
  return attested
}

export function onSteps(bytes: Uint8Array, request: RunRequest) {
  const result = stepRun(stepProgram(bytes), request)
  if (result.kind !== 'attestable') throw new Error(`${result.fault}: ${result.detail}`)
  const { detail: _, steps: __, ...attested } = result
  return attested
}
