// Rules broken on purpose: a simulation that finds none of them would be worth nothing.

import type { LedgerEvent, OwnerAddress } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { apply } from '../core/apply.ts'
import type { Decision } from '../core/decide.ts'
import type { Entry } from '../core/entry.ts'
import type { Input } from '../core/inputs.ts'
import type { State } from '../core/state.ts'
import { assignmentOf } from '../core/tasks/task-record.ts'
import { walletOf } from '../core/testing/samples.ts'
import { type Rules, realRules } from './rules.ts'
import { simulate } from './simulate.ts'

/** The first seed with which rules break a promise, and which; the real rules keep it there. */
function found(rules: Partial<Rules>): string {
  for (let seed = 1; seed <= 40; seed++) {
    const { broken } = simulate(seed, { steps: 1_500, rules: { ...realRules, ...rules } })
    if (broken === null) continue
    expect(simulate(seed, { steps: 1_500 }).broken).toBeNull()
    return broken
  }
  return 'nothing'
}

/** Decides as usual, and then more than that. */
function afterwards(
  more: (state: State, decision: Decision) => readonly LedgerEvent[],
): Rules['decide'] {
  return (state, input, moment) => {
    const decision = realRules.decide(state, input, moment)
    const entries = more(state, decision).map((event) => {
      const entry = { index: state.nextIndex, atMs: state.atMs, event }
      apply(state, entry)
      return entry
    })
    return { ...decision, entries: [...decision.entries, ...entries] }
  }
}

/** Is told something else than what was said. */
function told(instead: (state: State, input: Input) => Input): Rules['decide'] {
  return (state, input, moment) => realRules.decide(state, instead(state, input), moment)
}

describe('the simulation finds', () => {
  test('credit that is released twice', () => {
    const decide = afterwards((_, { entries }) =>
      entries.flatMap(({ event }) => {
        if (event.type !== 'credits-moved' || event.reason !== 'released') return []
        return [{ ...event, from: { kind: 'issuer' } }]
      }),
    )
    expect(found({ decide })).toMatch(/credit is released/)
  })

  test('a lease that is over and is taken all the same', () => {
    const decide = told((state, input) => {
      if (input.type !== 'commitment-received') return input
      const { peerId, commitment } = input
      const task = state.tasks.get(commitment.task_id)
      const held = task === undefined ? undefined : assignmentOf(task, peerId)
      if (held === undefined) return input
      return { ...input, commitment: { ...commitment, lease_epoch: held.epoch } }
    })
    expect(found({ decide })).toMatch(/a stale lease is taken/)
  })

  test('effects that are carried out before they are on disk', () => {
    const releaseOf: Rules['releaseOf'] = () => ({ effects: 'decided', reply: 'durable' })
    expect(found({ releaseOf })).toMatch(/an offer of task .* is known to .* and lost/)
  })

  test('submits that are acknowledged before they are on disk', () => {
    const releaseOf: Rules['releaseOf'] = ({ type }) => ({
      effects: 'durable',
      reply: type === 'task-submitted' ? 'decided' : 'durable',
    })
    expect(found({ releaseOf })).toMatch(/task .* was acknowledged and is lost/)
  })

  test('updates that are acknowledged before they are on disk', () => {
    const releaseOf: Rules['releaseOf'] = ({ type }) => ({
      effects: 'durable',
      reply: type === 'update-received' ? 'decided' : 'durable',
    })
    expect(found({ releaseOf })).toMatch(/whose update was acknowledged|acknowledged and is lost/)
  })

  test('updates that count in the round they were made for, whichever is open', () => {
    const decide: Rules['decide'] = (state, input, moment) => {
      const decision = realRules.decide(state, input, moment)
      const entries = decision.entries.map((entry) => {
        const { event } = entry
        if (event.type !== 'update-accepted') return entry
        const { counts_in: _, ...rest } = event
        return { ...entry, event: rest }
      })
      return { ...decision, entries }
    }
    expect(found({ decide })).toMatch(/an update to a round that is closed/)
  })

  test('rounds that nobody can open any more, and that are waited for all the same', () => {
    const decide = told((_, input) =>
      input.type === 'round-lost' && input.isOurs ? { type: 'time-passed' } : input,
    )
    expect(found({ decide })).toMatch(/never ends/)
  })

  test('a crash of the coordinator that is held against a training', () => {
    const blame = (state: State, { event }: Entry) => {
      if (event.type !== 'round-abandoned' || event.excused === undefined) return
      const { task_id } = state.rounds.get(event.round_id)!.round
      state.tasks.get(task_id)!.training!.roundsFailed += 1
    }
    const decide: Rules['decide'] = (state, input, moment) => {
      const decision = realRules.decide(state, input, moment)
      for (const entry of decision.entries) blame(state, entry)
      return decision
    }
    const replay: Rules['apply'] = (state, entry) => {
      apply(state, entry)
      blame(state, entry)
    }
    expect(found({ decide, apply: replay })).toMatch(/failed for \d+ rounds, and lost \d+/)
  })

  test('the result of one node that is called replicated', () => {
    const decide: Rules['decide'] = (state, input, moment) => {
      const decision = realRules.decide(state, input, moment)
      const entries = decision.entries.map((entry) => {
        const { event } = entry
        if (event.type !== 'task-completed' || event.level !== 'signed') return entry
        const task = state.tasks.get(event.task_id)!
        if (task.type === 'federated_learning') return entry
        task.level = 'replicated'
        return { ...entry, event: { ...event, level: 'replicated' as const } }
      })
      return { ...decision, entries }
    }
    expect(found({ decide })).toMatch(/replicated by one|nobody's result|results for it/)
  })

  test('a proof that is false and is taken', () => {
    const decide = told((_, input) => {
      if (input.type !== 'proof-checked' || input.finding.kind !== 'false') return input
      return { ...input, finding: { kind: 'holds', level: 'proved' } }
    })
    expect(found({ decide })).toMatch(/is proved, and wrong|has copied, and is accepted/)
  })

  test('two nodes of one operator that count as two voices', () => {
    let wallets = 0
    const decide = told((_, input) => {
      if (input.type !== 'node-registered' || input.binding === null) return input
      wallets += 1
      const owner: OwnerAddress = walletOf(`s${wallets}`)
      return { ...input, binding: { ...input.binding, owner } }
    })
    expect(found({ decide })).toMatch(/with one operator twice/)
  })

  test('tasks that nobody thinks of any more after a restart', () => {
    const resume: Rules['resume'] = (state, atMs) => {
      const effects = realRules.resume(state, atMs)
      state.timers.clear()
      return effects
    }
    expect(found({ resume })).toMatch(/never ends/)
  })

  test('a replay that forgets how far a lease was renewed', () => {
    const replay: Rules['apply'] = (state, entry) => {
      const { event } = entry
      if (event.type !== 'lease-renewed') return apply(state, entry)
      return apply(state, { ...entry, event: { ...event, lease_ends_at_ms: state.atMs } })
    }
    expect(found({ apply: replay })).toMatch(/the state is not what its journal says/)
  })
})
