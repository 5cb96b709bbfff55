// One run, from the first instruction to its end. `run` and `rerunTo` differ only in what they do
// with the checkpoints.

import type { Ending } from '@vcp/protocol'
import { type CallPlan, planCall } from './call.ts'
import { createCapture } from './capture.ts'
import type { CheckpointState, Final } from './checkpoint.ts'
import type { LinkedGuest } from './link.ts'
import { assemble, captured, type Machine, memoryPages, type RunHooks } from './machine.ts'
import { portablePageTools } from './page-tools.ts'
import type { Program } from './program.ts'
import type { RunRequest } from './request.ts'
import { RunStopped } from './run-end.ts'
import { failureOf } from './traps.ts'
import { guestResults, type WasmResult } from './values.ts'

/** A checkpoint that was reached. Taking its state is what costs. */
export interface Reached {
  readonly index: number
  readonly isFinal: boolean
  capture(): CheckpointState
}

/** Called at each checkpoint, the last time at the end; says whether to go on. */
export type CheckpointSink = (reached: Reached) => 'continue' | 'stop'

export interface Execution {
  readonly ending: Ending
  readonly gas: number
  readonly stdout: Uint8Array
  readonly stderr: Uint8Array
  readonly results: readonly WasmResult[] | null
  readonly memoryPages: number
  readonly detail: string | null
}

/**
 * Null where the sink stopped it. A run that cannot begin has no checkpoints. Throws a `HostFault`
 * where this machine could not go on.
 */
export function execute(
  program: Program,
  request: RunRequest,
  hooks: RunHooks,
  sink: CheckpointSink,
): Execution | null {
  const plan = planCall(program, request)
  if (!plan.ok) {
    return { ...nothing, ending: { kind: 'rejected', code: plan.code }, detail: plan.detail }
  }
  const capture = createCapture({ ...portablePageTools, ...hooks })
  let index = 0
  function reach(machine: Machine, gas: number, final: Final | null) {
    const at = { index, gas, final }
    index += 1
    const isFinal = final !== null
    return sink({ index: at.index, isFinal, capture: () => capture(captured(machine), at) })
  }
  const machine = assemble(program, request, hooks, (reached, gas) => {
    if (reach(reached, gas, null) === 'stop') throw new RunStopped()
  })
  if ('ending' in machine) return { ...nothing, ...machine }

  const end = callGuest(machine.guest, plan, request.stackUnits)
  if (end === null) return null
  const settled = settle(end, machine.meter.used(), request.gas)
  if (request.checkpointGas !== null) reach(machine, settled.gas, settled)
  return { ...settled, ...leftBy(machine), detail: end.detail }
}

const nothing = {
  gas: 0,
  stdout: new Uint8Array(0),
  stderr: new Uint8Array(0),
  results: null,
  memoryPages: 0,
}

interface End extends Final {
  readonly detail: string | null
}

function callGuest(guest: LinkedGuest, plan: CallPlan, stackUnits: number): End | null {
  const call = (name: string, given: CallPlan['given'] = []) => {
    guest.stack.value = stackUnits
    return guest.call(name, given)
  }
  try {
    for (const name of plan.before) call(name)
    const returned = call(plan.name, plan.given)
    const results = plan.resultTypes === null ? null : guestResults(returned, plan.resultTypes)
    return { ending: { kind: 'ok' }, results, detail: null }
  } catch (error) {
    if (error instanceof RunStopped) return null
    return { ...failureOf(error, guest.fault.value), results: null }
  }
}

/** The last charges of a run may pass its limit with no metering point after them to say so. */
export function settle({ ending, results }: Final, gasUsed: number, limit: number) {
  if (gasUsed <= limit && ending.kind !== 'out_of_gas') return { ending, results, gas: gasUsed }
  return { ending: { kind: 'out_of_gas' } as const, results: null, gas: limit }
}

function leftBy({ guest, session }: Machine) {
  return {
    stdout: session.written('stdout').slice(),
    stderr: session.written('stderr').slice(),
    memoryPages: memoryPages(guest),
  }
}
