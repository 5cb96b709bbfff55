// One side of a dispute: who ran a request to its end, and answers for each step of that run. It
// keeps some states on the way and comes to any other by running from the nearest one before.
import type { Digest } from '@vcp/protocol'
import { HostFault } from '../host-fault.ts'
import { createCapture } from '../run/capture.ts'
import { checkpointLeaf, type Final } from '../run/checkpoint.ts'
import { type PageTools, portablePageTools } from '../run/page-tools.ts'
import type { Attestable, RunRequest } from '../run/request.ts'
import { operandCount } from './instruction.ts'
import { header } from './layout.ts'
import { createStepMachine, type StepMachine } from './machine.ts'
import { attestableOf, captured, outcomeOf } from './outcome.ts'
import { createPast, type Past } from './past.ts'
import { createStateTree, type StateTree } from './state-tree.ts'
import type { StepProgram } from './step-program.ts'
import { type SegmentWitness, segmentWitness } from './witness.ts'

/** What a party says of its run, before anything is asked. */
export interface RunClaim {
  readonly steps: number
  /** The root of the state after the last step, and so after any further. */
  readonly root: Digest
}

/** A state at a step of a run; before the first step it is step 0. */
export interface StateAt {
  readonly step: number
  readonly root: Digest
}

/** The answers that a dispute asks for; a party that has none gives null. */
export interface Party {
  claim(): RunClaim | null
  root(step: number): Digest | null
  /** The state after the step in which a checkpoint was taken; past the last tick, the end. */
  checkpoint(index: number): StateAt | null
  /** For the one step after a state. */
  witness(step: number): SegmentWitness | null
}

/** The same of a run that was made here. */
export interface RunParty extends Party {
  readonly result: Attestable
}

/** A run on its way to becoming a party. */
export interface PartyRun {
  /** Runs on for some ten milliseconds; the party when it has come to the end. */
  advance(): RunParty | null
}

/** One bit of a state that falls over, once, after a step: what bad memory does. */
export interface Fault {
  readonly step: number
  /** In the guest's memory; null for the topmost operand, as soon as there is one. */
  readonly address: number | null
  /** 0 to 7. */
  readonly bit: number
}

export interface PartyOptions {
  readonly fault?: Fault | null
  readonly pageTools?: PageTools
  /** A run that is longer is given up: with a fault it may never end. */
  readonly stepsMax?: number
}

/** A party at once, however long its run takes; otherwise as `beginParty`. */
export function createParty(
  program: StepProgram,
  request: RunRequest,
  options: PartyOptions = {},
): RunParty | null {
  const run = beginParty(program, request, options)
  if (run === null) return null
  for (;;) {
    const party = run.advance()
    if (party !== null) return party
  }
}

/** Null for a run that never begins. Throws a `HostFault` where this machine cannot make it. */
export function beginParty(
  program: StepProgram,
  request: RunRequest,
  { fault = null, pageTools = portablePageTools, stepsMax = Infinity }: PartyOptions = {},
): PartyRun | null {
  const checkpointSteps: number[] = []
  const leaves: Digest[] = []
  const capture = createCapture(pageTools)
  let isFirstRun = true
  const takeLeaf = (gas: number, final: Final | null) => {
    const at = { index: leaves.length, gas, final }
    leaves.push(checkpointLeaf(capture(captured(machine as StepMachine), at)))
  }
  const machine = createStepMachine(program, request, {
    checkpoint(gas) {
      if (!isFirstRun) return
      checkpointSteps.push((machine as StepMachine).state.steps)
      takeLeaf(gas, null)
    },
  })
  if ('ending' in machine) return null
  const tree = createStateTree(machine, pageTools)
  const past = createPast(machine, tree, faultyRun(machine, fault))

  return {
    advance() {
      if (machine.state.steps > stepsMax) throw new HostFault('internal', 'the run does not end')
      past.advance()
      if (!machine.ended) return null
      isFirstRun = false
      const outcome = outcomeOf(machine)
      if (request.checkpointGas !== null) takeLeaf(outcome.gas, outcome)
      const result = attestableOf(machine, outcome, leaves)
      return partyOf({ machine, tree, past, checkpointSteps }, result)
    },
  }
}

interface Whole {
  readonly machine: StepMachine
  readonly tree: StateTree
  readonly past: Past
  /** After which steps the checkpoints were taken. */
  readonly checkpointSteps: readonly number[]
}

function partyOf({ machine, tree, past, checkpointSteps }: Whole, result: Attestable): RunParty {
  const steps = machine.state.steps
  const last = tree.root()
  const rootAt = (step: number) => {
    if (step >= steps) return last
    past.goTo(step)
    return tree.root()
  }
  return {
    result,
    claim: () => ({ steps, root: last }),
    root: rootAt,
    checkpoint(index) {
      const step = checkpointSteps[index] ?? steps
      return { step, root: rootAt(step) }
    },
    witness(step) {
      const here = past.goTo(step)
      const witness = segmentWitness(machine, tree, 1)
      // The witness is made without the fault; whoever goes on from here may be about to meet it.
      tree.restore(here)
      return witness
    },
  }
}

/** Runs a machine, on which the fault comes at its step, however often that is run. */
function faultyRun(machine: StepMachine, fault: Fault | null): (steps: number) => void {
  const { state } = machine
  let struckAt = fault?.step ?? Infinity
  return (steps) => {
    const until = state.steps + steps
    if (fault !== null && state.steps < struckAt && struckAt <= until) {
      machine.run(struckAt - state.steps)
      if (fault.address === null) {
        while (!machine.ended && operandCount(machine) === 0) machine.run(1)
        struckAt = state.steps
      }
      if (!machine.ended) strike(machine, fault)
    }
    machine.run(Math.max(0, until - state.steps))
  }
}

function strike({ state, layout }: StepMachine, { address, bit }: Fault): void {
  const at = address === null ? header.top : layout.guestAt + address
  const whole = state.bytes()
  if (at >= whole.length) throw new HostFault('internal', `the guest has no address ${address}`)
  whole[at] = whole[at]! ^ (1 << bit)
}
