// The round desk, when it is first needed: a coordinator without trainings loads nothing of it.
import { pass } from '@vcp/protocol'
import type { RoundDesk, RoundDeskParts } from './round-desk.ts'

export function openRounds(given: Omit<RoundDeskParts, 'startedAtMs'>): RoundDesk {
  const parts = { ...given, startedAtMs: given.clock.nowMs() }
  let opened: Promise<RoundDesk> | null = null
  const desk = () => {
    opened ??= import('./round-desk.ts').then(({ createRoundDesk }) => createRoundDesk(parts))
    return opened
  }
  return {
    carryOut(effect) {
      if (effect.type === 'aggregate-round') void desk().then((rounds) => rounds.carryOut(effect))
    },
    async admit(task) {
      return task.task_type === 'federated_learning' ? (await desk()).admit(task) : pass(null)
    },
    check: async (update, from) => (await desk()).check(update, from),
    hear: async (from, ask, signal) => (await desk()).hear(from, ask, signal),
    async close() {
      await (await opened)?.close()
    },
  }
}
