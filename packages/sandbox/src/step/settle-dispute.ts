import type { RunRequest } from '../run/request.ts'
import {
  type Answer,
  type Both,
  type Dispute,
  type Loss,
  openDispute,
  type Question,
  takeAnswers,
} from './dispute.ts'
import { initialRoot, type Judgement, judge } from './judge.ts'
import type { Party } from './party.ts'
import type { StepProgram } from './step-program.ts'

export interface Settled {
  readonly dispute: Dispute
  /** Who was wrong; none where the runs are the same. */
  readonly losses: readonly Loss[]
  /** Null where it did not come to one step. */
  readonly judgement: Judgement | null
}

/** Leads a dispute between two parties at hand; `checkpoint` is where their traces differ first. */
export function settleDispute(
  program: StepProgram,
  request: RunRequest,
  parties: Both<Party>,
  checkpoint: number | null = null,
): Settled {
  const root = initialRoot(program, request)
  if (root === null) throw new RangeError('a run that never begins has no steps to dispute')
  let dispute = openDispute(root, checkpoint)
  while (dispute.question !== null) {
    const { question } = dispute
    dispute = takeAnswers(dispute, {
      one: answerOf(parties.one, question),
      other: answerOf(parties.other, question),
    })
  }
  const verdict = dispute.verdict!
  if (verdict.type === 'no_difference') return { dispute, losses: [], judgement: null }
  if (verdict.type === 'lost') return { dispute, losses: verdict.losses, judgement: null }
  const judgement = judge(program, request, verdict.disputed)
  return { dispute, losses: judgement.losses, judgement }
}

export function answerOf(party: Party, question: Question): Answer {
  switch (question.type) {
    case 'claim':
      return party.claim()
    case 'checkpoint':
      return party.checkpoint(question.index)
    case 'root':
      return party.root(question.step)
    case 'witness':
      return party.witness(question.step)
  }
}
