// Proofs at the coordinator: whether a task that wants one can be taken, whether what came for it
// holds, and whether a proof that anybody brings does.
import { type Outcome, pass, refuse, type TaskSpec, VcpError } from '@vcp/protocol'
import type { Effect, EffectOf } from '../core/effects.ts'
import type { ProofFinding } from '../core/inputs.ts'
import { assignmentOf } from '../core/tasks/task-record.ts'
import type { ProofChecker, ProofKey } from '../http/ports.ts'
import type { Loop } from '../loop/loop.ts'
import type { ProofVerifier } from './proof-verifier.ts'
import type { OutputWork } from './proof-work.ts'
import { createStoredProofs, type StoredProofs, type StoredProofsParts } from './stored-proofs.ts'

export interface ProofDesk extends ProofChecker {
  carryOut(effect: Effect): void
  /** Refuses a task whose proof could never be verified, or under a key that must not be used. */
  admit(task: TaskSpec): Promise<Outcome<null>>
}

export interface ProofDeskParts extends StoredProofsParts {
  readonly loop: Pick<Loop, 'state' | 'tell'>
  readonly verifier: ProofVerifier
  /** Whether a key that somebody could know the secrets of will do. */
  readonly takesDevelopmentKeys: boolean
}

interface Desk extends ProofDeskParts {
  readonly stored: StoredProofs
}

const developmentRefused =
  'its key is for development: whoever built it could forge, and this network takes none such'

export function createProofDesk(parts: ProofDeskParts): ProofDesk {
  const desk = { ...parts, stored: createStoredProofs(parts) }
  return {
    admit: (task) => admit(desk, task),
    carryOut(effect) {
      if (effect.type === 'check-proof') void checkOne(desk, effect)
    },
    async check({ circuit, verification_key, public_inputs: signals, proof }) {
      const known = (await desk.keys()).get(verification_key)
      if (known?.name !== circuit) {
        return refuse('NOT_FOUND', `no key of a circuit ${circuit} is ${verification_key}`)
      }
      const work = { work: 'claim', keyJson: known.json, proof, signals } as const
      const verdict = await desk.verifier.verify(work)
      if (verdict.ok) return pass({ valid: true, reason: null })
      if (isOurs(verdict)) return verdict
      return pass({ valid: false, reason: verdict.reason.slice(0, 1_000) })
    },
    async key(digest) {
      const known = (await desk.keys()).get(digest)
      if (known === undefined) return refuse('NOT_FOUND', `no key of a circuit is ${digest}`)
      const { name: circuit, setup, json } = known
      return pass({ circuit, verification_key: digest, setup, key: json as ProofKey['key'] })
    },
  }
}

async function admit(desk: Desk, task: TaskSpec): Promise<Outcome<null>> {
  const found = await desk.stored.termsOf(task)
  if (!found.ok) return refused(found.reason)
  const judged = await desk.verifier.verify({ work: 'key', task, ...found.value })
  if (!judged.ok) return isOurs(judged) ? judged : refused(judged.reason)
  if (task.verification.level === 'proved' && !judged.value.isBound) {
    return refused('no public input is `context`: nothing would tie a proof to task and node')
  }
  const known = (await desk.keys()).get(judged.value.key)
  if (known?.setup === 'development' && !desk.takesDevelopmentKeys) {
    return refused(developmentRefused)
  }
  return pass(null)
}

async function checkOne(desk: Desk, effect: EffectOf<'check-proof'>): Promise<void> {
  const { taskId, peerId, leaseEpoch } = effect
  const finding = await findOut(desk, effect).catch((error: unknown) => {
    if (error instanceof VcpError) return uncheckable(error.message)
    throw error
  })
  if (finding === null) return
  await desk.loop.tell({ type: 'proof-checked', taskId, peerId, leaseEpoch, finding })
}

/** Null where nobody waits for it any more. */
async function findOut(
  { loop, stored, ...desk }: Desk,
  { taskId, peerId, leaseEpoch }: EffectOf<'check-proof'>,
): Promise<ProofFinding | null> {
  const record = loop.state.tasks.get(taskId)
  const assignment = record === undefined ? undefined : assignmentOf(record, peerId)
  const receipt = assignment?.epoch === leaseEpoch ? assignment.held?.payload : undefined
  const task = record?.spec ?? null
  if (task === null || receipt === undefined) return null
  const found = await stored.termsOf(task)
  if (!found.ok) return uncheckable(found.reason)
  const output = await stored.output(receipt.output)
  if (!output.ok) {
    return output.code === 'TOO_LARGE' ? isFalse(output.reason) : uncheckable(output.reason)
  }
  const { keyJson, terms } = found.value
  const holder = { taskId, nodeId: peerId, leaseEpoch }
  const of = { task, holder, receipt, output: output.value, ...terms }
  return judged(desk, { work: 'output', keyJson, of })
}

async function judged(
  {
    verifier,
    keys,
    takesDevelopmentKeys,
  }: Pick<Desk, 'verifier' | 'keys' | 'takesDevelopmentKeys'>,
  work: OutputWork,
): Promise<ProofFinding | null> {
  const verdict = await verifier.verify(work)
  // After the restart the node shows it again.
  if (!verdict.ok && verdict.code === 'COORDINATOR_STOPPING') return null
  if (!verdict.ok) return isOurs(verdict) ? uncheckable(verdict.reason) : isFalse(verdict.reason)
  const { key, isBound, setup } = verdict.value
  const known = (await keys()).get(key)?.setup ?? null
  if (known !== null && setup !== known) return isFalse(`it says ${setup} of a ${known} key`)
  if (known === null && setup === 'ceremony') return isFalse('nobody here knows of a ceremony')
  if (setup === 'development' && !takesDevelopmentKeys) return uncheckable(developmentRefused)
  return { kind: 'holds', level: isBound ? 'proved' : 'signed' }
}

/** Whether it says something of us and nothing of the proof. */
function isOurs({ code }: { readonly code: string }): boolean {
  return code === 'INTERNAL' || code === 'OVERLOADED' || code === 'COORDINATOR_STOPPING'
}

function refused(reason: string): Outcome<null> {
  return refuse('TASK_REFUSED', reason)
}

/** As long as an entry of the log takes it. */
const reasonCharactersMax = 500

function isFalse(reason: string): ProofFinding {
  return { kind: 'false', reason: reason.slice(0, reasonCharactersMax) }
}

function uncheckable(reason: string): ProofFinding {
  return { kind: 'uncheckable', reason: reason.slice(0, reasonCharactersMax) }
}
