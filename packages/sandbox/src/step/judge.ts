// The judge of a dispute: makes the one step that is left, from a witness, and says who was right.
import type { Digest } from '@vcp/protocol'
import type { RunRequest } from '../run/request.ts'
import type { Both, DisputedStep, Loss, Side } from './dispute.ts'
import { sides } from './dispute.ts'
import { type Instruction, instructionAt, resultText } from './instruction.ts'
import { createStepMachine } from './machine.ts'
import { createStateTree } from './state-tree.ts'
import type { StepProgram } from './step-program.ts'
import { checkSegment, type WitnessRefusal, witnessBytes } from './witness.ts'

export interface Judgement {
  readonly losses: readonly Loss[]
  /** What the step was and what it gives; null where no witness held. */
  readonly step: JudgedStep | null
  /** Why a witness was not believed. */
  readonly refusals: Both<WitnessRefusal | null>
}

export interface JudgedStep {
  readonly step: number
  readonly instruction: Instruction
  /** The topmost operand afterwards. */
  readonly result: string
  readonly postRoot: Digest
  readonly witnessPages: number
  readonly witnessBytes: number
}

/** The root before the first step, for everybody to work out; null for a run that never begins. */
export function initialRoot(program: StepProgram, request: RunRequest): Digest | null {
  const machine = createStepMachine(program, request)
  return 'ending' in machine ? null : createStateTree(machine).root()
}

export function judge(
  program: StepProgram,
  request: RunRequest,
  disputed: DisputedStep,
): Judgement {
  const checked = {
    one: judgedStep(program, request, disputed, 'one'),
    other: judgedStep(program, request, disputed, 'other'),
  }
  const steps = sides.flatMap((side) => ('code' in checked[side] ? [] : [checked[side]]))
  const step = steps[0] ?? null
  const losses = sides.flatMap((side): Loss[] => {
    if ('code' in checked[side]) return [{ side, reason: 'witness_invalid' }]
    return disputed.after[side] === step?.postRoot ? [] : [{ side, reason: 'step_false' }]
  })
  const refusals = { one: refusalOf(checked.one), other: refusalOf(checked.other) }
  return { losses, step, refusals }
}

function refusalOf(checked: JudgedStep | WitnessRefusal): WitnessRefusal | null {
  return 'code' in checked ? checked : null
}

function judgedStep(
  program: StepProgram,
  request: RunRequest,
  { agreed, witnesses }: DisputedStep,
  side: Side,
): JudgedStep | WitnessRefusal {
  const witness = witnesses[side]
  let instruction: Instruction | null = null
  const checked = checkSegment(
    program,
    request,
    { preRoot: agreed.root, steps: 1, witness },
    (machine) => {
      instruction = instructionAt(machine)
    },
  )
  if (!checked.ok) return checked
  return {
    step: agreed.step + 1,
    instruction: instruction!,
    result: resultText(checked.machine.state, instruction!),
    postRoot: checked.postRoot,
    witnessPages: witness.pages.length,
    witnessBytes: witnessBytes(witness),
  }
}
