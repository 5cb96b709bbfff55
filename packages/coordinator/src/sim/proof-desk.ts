// Who checks proofs in a simulation: it goes by the truth, takes its time, and now and then cannot.
import { commitmentOf, type PeerId, type Receipt } from '@vcp/protocol'
import type { EffectOf } from '../core/effects.ts'
import type { ProofFinding } from '../core/inputs.ts'
import type { State } from '../core/state.ts'
import { assignmentOf } from '../core/tasks/task-record.ts'
import type { Surroundings } from './correspondent.ts'
import { insist } from './insist.ts'
import type { Truth } from './truth.ts'

export function proofDesk({
  world,
  chance,
  coordinator,
  truth,
}: Pick<Surroundings, 'world' | 'chance' | 'coordinator'> & { readonly truth: Truth }) {
  /** A proof holds for what its node has come to itself, and for nothing else. */
  function findingOf(peerId: PeerId, receipt: Receipt): ProofFinding {
    if (chance.happens(0.02)) return { kind: 'uncheckable', reason: 'the key is gone' }
    const { isRight, isCopied } = truth.verdictOn(peerId, commitmentOf(peerId, receipt).result_seal)
    if (isRight && !isCopied) return { kind: 'holds', level: 'proved' }
    return { kind: 'false', reason: 'the equation does not hold' }
  }

  return ({ taskId, peerId, leaseEpoch }: EffectOf<'check-proof'>, state: State): void => {
    const task = state.tasks.get(taskId)
    const held = task === undefined ? undefined : assignmentOf(task, peerId)?.held
    if (held == null) return // it was withdrawn meanwhile
    const finding = findingOf(peerId, held.payload)
    const input = { type: 'proof-checked', taskId, peerId, leaseEpoch, finding } as const
    world.after(chance.between(20, 3_000), () => insist({ world, coordinator }, input))
  }
}
