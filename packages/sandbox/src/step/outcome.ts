// What a machine on which a run has ended says of it, and what a checkpoint shows of one that runs.
import type { Digest } from '@vcp/protocol'
import { abi } from '../abi.ts'
import { HostFault } from '../host-fault.ts'
import { valueTypes } from '../module/value-type.ts'
import type { Captured } from '../run/capture.ts'
import type { Final } from '../run/checkpoint.ts'
import { settle } from '../run/execute.ts'
import { pageBytes as guestPageBytes } from '../run/memory-tree.ts'
import type { Attestable } from '../run/request.ts'
import { createTrace } from '../run/trace.ts'
import { trapOf } from '../run/traps.ts'
import { guestResults } from '../run/values.ts'
import { hostEndings } from './host-calls.ts'
import { trapTexts } from './instructions.ts'
import { header, statuses } from './layout.ts'
import type { StepMachine } from './machine.ts'
import { numberOf } from './slots.ts'
import { globalAt, originalGlobals } from './step-program.ts'

export interface StepOutcome extends Final {
  readonly gas: number
  readonly detail: string | null
}

/** Of a machine that has ended; throws a `HostFault` where it was the host that ended it. */
export function outcomeOf(machine: StepMachine): StepOutcome {
  const { state, host, request } = machine
  host.meter.resume(state.meter)
  return { ...settle(finalOf(machine), host.meter.used(), request.gas), detail: detailOf(machine) }
}

function finalOf(machine: StepMachine): Final {
  const { state, program } = machine
  switch (state.status) {
    case statuses.returned:
      return { ending: { kind: 'ok' }, results: resultsOf(machine) }
    case statuses.ended: {
      const kind = hostEndings[state.word(header.ending)]!
      const code = state.word(header.exitCode)
      const ending = kind === 'exit' ? ({ kind, exit_code: code } as const) : { kind }
      return { ending, results: null }
    }
    case statuses.trapped: {
      const trap = trapOf(Number(state.slot(globalAt(program, abi.fault)!)))
      if (trap === null) throw new HostFault('host_memory', 'the guest was refused its memory')
      return { ending: { kind: 'trap', trap }, results: null }
    }
    default:
      throw new HostFault('internal', 'a run that has not ended has no outcome')
  }
}

function detailOf({ state }: StepMachine): string | null {
  if (state.status !== statuses.trapped) return null
  return trapTexts[state.word(header.reason)] ?? null
}

function resultsOf({ state, plan }: StepMachine): Final['results'] {
  const { resultTypes } = plan
  if (resultTypes === null) return null
  const values = resultTypes.map((type, i) =>
    numberOf(valueTypes[type], state.operand(resultTypes.length - 1 - i)),
  )
  return guestResults(values.length === 1 ? values[0] : values, resultTypes)
}

/** All that is known of a run that has ended; `outcome` is what the last of its leaves is of. */
export function attestableOf(
  { state, host }: StepMachine,
  outcome: StepOutcome,
  checkpoints: readonly Digest[],
): Attestable {
  const { ending, results, gas, detail } = outcome
  return {
    kind: 'attestable',
    ending,
    gas,
    results,
    detail,
    stdout: host.outputs.stdout.bytes.slice(0, state.written('stdout')),
    stderr: host.outputs.stderr.bytes.slice(0, state.written('stderr')),
    checkpoints,
    traceRoot: checkpoints.length === 0 ? null : createTrace(checkpoints).root,
    memoryPages: state.guestPages,
  }
}

/** The machine as a checkpoint shows it. */
export function captured({ state, program, host, layout }: StepMachine): Captured {
  const controlAt = globalAt(program, abi.trace)
  const bytes = state.guestPages * guestPageBytes
  return {
    globals: originalGlobals(program).map(({ at, type }) => ({
      value: numberOf(type, state.slot(at)),
    })),
    control: controlAt === null ? null : { value: numberOf(valueTypes.i64, state.slot(controlAt)) },
    memory: new Uint8Array(state.memory.buffer, layout.guestAt, bytes),
    position: state.io,
    written: (stream) => host.outputs[stream].bytes.subarray(0, state.written(stream)),
  }
}
