// A machine whose whole state is one memory: made at its beginning or from a state, and run by the
// step. One step is one instruction of the instrumented bytes; calling an import is one too.
import type { Ending } from '@vcp/protocol'
import { HostFault } from '../host-fault.ts'
import { type CallPlan, planCall } from '../run/call.ts'
import { pageBytes as guestPageBytes } from '../run/memory-tree.ts'
import type { RunRequest } from '../run/request.ts'
import type { WasmMemory } from '../webassembly.ts'
import { wasm } from '../webassembly.ts'
import { beginning } from './beginning.ts'
import { createHostCalls, type HostCallEvents, type HostCalls } from './host-calls.ts'
import { SegmentBeyond, writeImage } from './image.ts'
import { type InterpreterKind, interpreterOver, type RunSteps } from './interpreter/interpreter.ts'
import { headerBytes, type Layout, layOut, stateStart, statuses } from './layout.ts'
import { State } from './state.ts'
import type { StepProgram } from './step-program.ts'

/** A run on this engine: what runs, where it stands, and how to go on. */
export interface StepMachine {
  readonly program: StepProgram
  readonly request: RunRequest
  readonly plan: CallPlan
  readonly layout: Layout
  readonly state: State
  readonly host: HostCalls
  /** Whether the run has come to its end; then no step changes anything. */
  readonly ended: boolean
  /** Runs so many steps, fewer where the run ends; throws a `HostFault` where it cannot go on. */
  run(steps: number): void
  /** The same, slower; gives the pages of the state that were read or written, in order. */
  runTracking(steps: number): number[]
}

/** A run that ends before its first step: refused, or its segments lie beyond its memory. */
export interface NeverBegan {
  readonly ending: Ending
  readonly detail: string
}

export interface StepHooks {
  /** Called at a tick that takes a checkpoint, with the machine as it is there. */
  readonly checkpoint?: HostCallEvents['checkpoint']
}

export function createStepMachine(
  program: StepProgram,
  request: RunRequest,
  hooks: StepHooks = {},
): StepMachine | NeverBegan {
  const frame = frameOf(program, request)
  if ('ending' in frame) return frame
  const state = new State(openMemory(frame.layout, program.memory?.min ?? 0))
  try {
    writeImage(state, program, frame.layout, frame.begin, request)
  } catch (error) {
    if (!(error instanceof SegmentBeyond)) throw error
    return { ending: { kind: 'trap', trap: 'instruction' }, detail: 'a segment out of bounds' }
  }
  const machine = machineOver(program, request, frame, state, hooks)
  state.meter = machine.host.meter.position()
  state.io = { stdinBytes: 0, randomBytes: 0, descriptors: 'ioe' }
  return machine
}

/** A machine with an empty memory, for a state that comes from elsewhere. */
export function createEmptyMachine(
  program: StepProgram,
  request: RunRequest,
  guestPages: number,
  hooks: StepHooks = {},
): StepMachine | NeverBegan {
  const frame = frameOf(program, request)
  if ('ending' in frame) return frame
  const state = new State(openMemory(frame.layout, guestPages))
  const machine = machineOver(program, request, frame, state, hooks)
  // Making the meter wrote the gas of a new run, where nothing may stand yet.
  state.bytes().fill(0, stateStart, frame.layout.codeAt)
  return machine
}

interface Frame {
  readonly plan: CallPlan
  readonly begin: Int32Array
  readonly layout: Layout
}

function frameOf(program: StepProgram, request: RunRequest): Frame | NeverBegan {
  const plan = planCall(program.program, request)
  if (!plan.ok) return { ending: { kind: 'rejected', code: plan.code }, detail: plan.detail }
  const begin = beginning(program, plan, request.stackUnits)
  return { plan, begin, layout: layOut(program, request.stackUnits, begin.byteLength) }
}

function openMemory({ guestAt, pagesMax }: Layout, guestPages: number): WasmMemory {
  const initial = guestAt / guestPageBytes + guestPages
  if (initial > pagesMax) throw new HostFault('host_memory', 'the state is larger than 4 GiB')
  try {
    return new wasm.Memory({ initial, maximum: pagesMax, shared: true })
  } catch (error) {
    throw new HostFault('host_memory', error)
  }
}

/** The compiler takes up a function that is called again and again, not one that runs for long. */
const stepsPerSlice = 2 ** 20

function machineOver(
  program: StepProgram,
  request: RunRequest,
  { plan, layout }: Frame,
  state: State,
  { checkpoint }: StepHooks,
): StepMachine {
  const interpreters: Partial<Record<InterpreterKind, RunSteps>> = {}
  let kind: InterpreterKind = 'fast'
  const touched = (at: number, bytes: number) => {
    if (kind === 'tracking') mark(state, at, bytes)
  }
  const host = createHostCalls(program, request, state, layout, { checkpoint, touched })

  function run(steps: number): void {
    const runSteps = interpreters[kind] ?? interpreterOver(state.memory, kind)
    interpreters[kind] = runSteps
    const until = state.steps + steps
    let { status } = state
    while (status === statuses.running && state.steps < until) {
      runSlice(runSteps, Math.min(stepsPerSlice, until - state.steps))
      if (state.status === statuses.calling) host.call()
      status = state.status
    }
    if (status === statuses.exhausted) {
      throw new HostFault('host_memory', 'no memory for what the guest is entitled to')
    }
    if (status === statuses.overflowed) throw new HostFault('host_stack', 'no room for a frame')
  }

  return {
    program,
    request,
    plan,
    layout,
    state,
    host,
    get ended() {
      return state.status !== statuses.running
    },
    run,
    runTracking(steps) {
      state.bytes().fill(0, 0, stateStart)
      kind = 'tracking'
      try {
        run(steps)
      } finally {
        kind = 'fast'
      }
      return markedPages(state)
    },
  }
}

/** A state that no program comes to, as after a fault, may lead out of the memory. */
function runSlice(runSteps: RunSteps, steps: number): void {
  try {
    runSteps(steps)
  } catch (error) {
    throw new HostFault('internal', error)
  }
}

/** Sets the marks of a range, as the tracking interpreter does. */
function mark({ view }: State, at: number, bytes: number): void {
  if (bytes === 0) return
  const last = (at + bytes - 1) >>> 12
  for (let page = at >>> 12; page <= last; page++) view.setUint8(page, 1)
}

/** The header is part of every step. */
function markedPages(state: State): number[] {
  mark(state, stateStart, headerBytes)
  const pages: number[] = []
  const marks = new Uint8Array(state.memory.buffer, 0, stateStart)
  for (let page = marks.indexOf(1); page >= 0; page = marks.indexOf(1, page + 1)) pages.push(page)
  return pages
}
