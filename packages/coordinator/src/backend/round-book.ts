import { pass, type Round, refuse } from '@vcp/protocol'
import type { Identity } from '../accounts/identity.ts'
import type { RoundBook } from '../http/ports.ts'
import type { Loop } from '../loop/loop.ts'
import { maySee } from './viewer.ts'

/** Rounds of the viewer's own tasks, and those that its nodes take part in. */
export function createRoundBook(loop: Loop): RoundBook {
  const { state } = loop

  function isVisible(viewer: Identity, { task_id, participants }: Round): boolean {
    const task = state.tasks.get(task_id)
    if (task !== undefined && maySee(viewer, task.ownerId)) return true
    return participants.some((peerId) => state.nodes.get(peerId)?.ownerId === viewer.accountId)
  }

  return {
    async list(viewer, taskId, { after, limit }) {
      const found: Round[] = []
      for (const { round } of state.rounds.values()) {
        if (taskId !== null && round.task_id !== taskId) continue
        if ((after === null || round.round_id > after) && isVisible(viewer, round))
          found.push(round)
      }
      // Ids of rounds begin with their time.
      found.sort((one, other) => (one.round_id < other.round_id ? -1 : 1))
      const items = found.slice(0, limit)
      await loop.settled()
      return { items, next: found.length > limit ? (items.at(-1)?.round_id ?? null) : null }
    },
    async show(viewer, roundId) {
      const round = state.rounds.get(roundId)?.round
      if (round === undefined || !isVisible(viewer, round)) {
        return refuse('NOT_FOUND', `no round of yours is ${roundId}`)
      }
      await loop.settled()
      return pass(round)
    },
  }
}
