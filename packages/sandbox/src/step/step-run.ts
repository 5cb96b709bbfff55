import type { Digest } from '@vcp/protocol'
import { HostFault } from '../host-fault.ts'
import { createCapture } from '../run/capture.ts'
import { checkpointLeaf, type Final } from '../run/checkpoint.ts'
import { type PageTools, portablePageTools } from '../run/page-tools.ts'
import type { Attestable, Infrastructure, RunRequest } from '../run/request.ts'
import { createStepMachine, type NeverBegan, type StepMachine } from './machine.ts'
import { attestableOf, captured, outcomeOf } from './outcome.ts'
import type { StepProgram } from './step-program.ts'

/** A run on the step engine: all that `run` says of it, and how many steps it was. */
export type StepRun = (Attestable & { readonly steps: number }) | Infrastructure

/**
 * The same as `run`, on the other engine: equal in all that a receipt holds, checkpoints included.
 */
export function stepRun(
  program: StepProgram,
  request: RunRequest,
  pageTools: PageTools = portablePageTools,
): StepRun {
  try {
    return attested(program, request, pageTools)
  } catch (error) {
    const fault = error instanceof HostFault ? error : new HostFault('internal', error)
    return { kind: 'infrastructure', fault: fault.kind, detail: fault.message }
  }
}

function attested(program: StepProgram, request: RunRequest, pageTools: PageTools): StepRun {
  const capture = createCapture(pageTools)
  const checkpoints: Digest[] = []
  const take = (gas: number, final: Final | null) => {
    const at = { index: checkpoints.length, gas, final }
    checkpoints.push(checkpointLeaf(capture(captured(machine as StepMachine), at)))
  }
  const machine = createStepMachine(program, request, { checkpoint: (gas) => take(gas, null) })
  if ('ending' in machine) return neverBegan(machine)
  machine.run(Number.MAX_SAFE_INTEGER)
  const outcome = outcomeOf(machine)
  if (request.checkpointGas !== null) take(outcome.gas, outcome)
  return { ...attestableOf(machine, outcome, checkpoints), steps: machine.state.steps }
}

function neverBegan({ ending, detail }: NeverBegan): StepRun {
  const nothing = { gas: 0, results: null, checkpoints: [], traceRoot: null, memoryPages: 0 }
  const output = { stdout: new Uint8Array(0), stderr: new Uint8Array(0) }
  return { kind: 'attestable', ending, detail, ...nothing, ...output, steps: 0 }
}
