// Counts what comes of the work of an agent since its start, from what its core is told.
import type { Agent, AgentChange } from '../agent.ts'
import type { Tally } from './status.ts'

export interface Counting {
  read(): Tally
  stop(): void
}

type Mutable = { -readonly [Name in keyof Tally]: Tally[Name] }

export function createTally(agent: Pick<Agent, 'state' | 'onChange'>): Counting {
  const tally: Mutable = {
    accepted: 0,
    declined: {},
    finished: 0,
    failed: 0,
    withdrawn: 0,
    delivered: 0,
    refused: {},
    reruns: 0,
  }
  /** Reports on their way that carry a result. */
  const results = new Set<number>()

  function note({ input, effects, atMs }: AgentChange): void {
    for (const effect of effects) {
      if (effect.type !== 'send-report' || effect.report.report !== 'signed') continue
      if (effect.report.envelope.type === 'receipt') results.add(effect.reportId)
    }
    switch (input.type) {
      case 'offer-received': {
        const { task_id: taskId, lease_epoch: epoch } = input.offer
        if (effects.some((effect) => effect.type === 'start-run')) tally.accepted += 1
        const ended = agent.state.ended.get(taskId)
        // An offer that comes again gets its answer again, and counts once.
        if (ended?.decline == null || ended.leaseEpoch !== epoch || ended.endedAtMs !== atMs) return
        const { reason } = ended.decline
        tally.declined = { ...tally.declined, [reason]: (tally.declined[reason] ?? 0) + 1 }
        return
      }
      case 'run-ended':
        if (input.end.kind === 'finished') tally.finished += 1
        else tally.failed += 1
        return
      case 'lease-withdrawn':
        tally.withdrawn += 1
        return
      case 'rerun-ended':
        tally.reruns += 1
        return
      case 'report-settled': {
        const { answer, reportId } = input
        const isResult = results.delete(reportId)
        if (answer.ok) tally.delivered += isResult ? 1 : 0
        else tally.refused[answer.code] = (tally.refused[answer.code] ?? 0) + 1
      }
    }
  }

  return { read: () => ({ ...tally, refused: { ...tally.refused } }), stop: agent.onChange(note) }
}
