// Questions to nodes: to show a result, to train for a round, to say what lies below a place of a
// trace, to run a task as a referee. Each is asked again, ever more rarely, for as long as the
// state says that its answer is owed and the node is here; when it comes back, it is asked anew.
import type { AssignAnswer, AssignAsk, Outcome, PeerId, TaskId } from '@vcp/protocol'
import type { EffectOf } from '../core/effects.ts'
import type { Input } from '../core/inputs.ts'
import { takenUntilMs } from '../core/rounds/buffered.ts'
import type { State } from '../core/state.ts'
import type { Clock } from '../journal/clock.ts'
import { type AskNode, leaseOf, passing } from './ask-node.ts'
import { type Asking, isOwed } from './owed.ts'
import { pause } from './pause.ts'
import type { Present } from './present.ts'

export interface Questions {
  ask(effect: Asking): void
  /** What a node was asked as a referee: it holds no lease, so no assignment of its own says so. */
  rerunsOf(peerId: PeerId): readonly Asking[]
}

export interface QuestionParts {
  readonly askNode: AskNode
  readonly state: State
  readonly present: Pick<Present, 'has'>
  readonly clock: Clock
  readonly signal: AbortSignal
  tell(input: Input): Promise<Outcome<null>>
}

const firstWaitMs = 250
const lastWaitMs = 10_000

export function createQuestions(parts: QuestionParts): Questions {
  const { askNode, state, present, clock, signal, tell } = parts
  /** The newest asking of each question; one that is not the newest any more ends. */
  const newest = new Map<string, symbol>()
  const reruns = new Map<PeerId, Map<TaskId, EffectOf<'ask-for-rerun'>>>()

  async function askUntilAnswered(effect: Asking): Promise<void> {
    const name = nameOf(effect)
    const me = Symbol(name)
    newest.set(name, me)
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(lastWaitMs, 2 * waitMs)) {
      if (newest.get(name) !== me) return
      const isWanted = !signal.aborted && present.has(effect.peerId) && isOwed(state, effect)
      const ask = isWanted ? wordsOf(state, effect) : null
      if (ask === null) break
      const answer = await askNode(effect.peerId, ask)
      if (answer.ok) await heard(effect, answer.value)
      if (answer.ok || !passing.has(answer.code)) break
      await pause(clock, waitMs, signal)
    }
    if (newest.get(name) === me) newest.delete(name)
  }

  async function heard(effect: Asking, answer: AssignAnswer): Promise<void> {
    if (effect.type !== 'ask-for-trace' || answer.answered !== 'trace') return
    const { type: _, ...asked } = effect
    await tell({ type: 'trace-answered', ...asked, below: answer.below })
  }

  function remember(effect: EffectOf<'ask-for-rerun'>): void {
    const known = reruns.get(effect.peerId) ?? new Map<TaskId, EffectOf<'ask-for-rerun'>>()
    for (const [taskId, rerun] of known) if (!isOwed(state, rerun)) known.delete(taskId)
    reruns.set(effect.peerId, known.set(effect.taskId, effect))
  }

  return {
    ask(effect) {
      if (effect.type === 'ask-for-rerun') remember(effect)
      void askUntilAnswered(effect)
    },
    rerunsOf: (peerId) => [...(reruns.get(peerId)?.values() ?? [])],
  }
}

/** Null where there is nothing to ask for any more. */
function wordsOf(state: State, effect: Asking): AssignAsk | null {
  switch (effect.type) {
    case 'ask-to-reveal':
      return { ask: 'reveal', ...leaseOf(effect) }
    case 'ask-to-train': {
      const round = state.rounds.get(effect.roundId)?.round
      if (round === undefined) return null
      const { round_id, number, model_in: model } = round
      const closes_at_ms = takenUntilMs(state, round)
      const members = round.secure === undefined ? {} : { members: [...round.participants] }
      const order = { round_id, number, model, closes_at_ms, ...members }
      return { ask: 'train', ...leaseOf(effect), round: order }
    }
    case 'ask-for-trace': {
      const { level, index } = effect
      return { ask: 'trace', ...leaseOf(effect), level, index }
    }
    case 'ask-for-rerun': {
      const task = state.tasks.get(effect.taskId)?.spec ?? null
      const { taskId: task_id, checkpoint } = effect
      return task === null ? null : { ask: 'rerun', task_id, checkpoint, task }
    }
  }
}

function nameOf({ type, peerId, taskId }: Asking): string {
  return `${type} ${peerId} ${taskId}`
}
