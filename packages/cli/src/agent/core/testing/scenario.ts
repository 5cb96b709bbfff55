// An agent's core under test: told things one after the other, each followed by every check.
import type { Offer, OfferAnswer, Outcome, TaskId } from '@vcp/protocol'
import { recordOf, stateFrom } from '../../store/records.ts'
import { type Decision, decide } from '../decide.ts'
import type { Effect, EffectOf, EffectType } from '../effects.ts'
import type { Event, EventOf, EventType } from '../events.ts'
import type { Input, InputOf, InputType, TaskNeeds } from '../inputs.ts'
import { nextDueMs } from '../passing-time.ts'
import type { AgentSettings } from '../settings.ts'
import { State } from '../state.ts'
import { finished, logKey, readingOf, settings, startMs } from './samples.ts'

export class Scenario {
  state: State
  atMs = startMs
  readonly effects: Effect[] = []
  readonly events: Event[] = []
  /** As a store would have it. */
  readonly records = new Map<string, string>()

  constructor(changes: Partial<AgentSettings> = {}) {
    this.state = new State({ ...settings, ...changes })
  }

  /** One that has joined and measured. */
  static joined(changes: Partial<AgentSettings> = {}): Scenario {
    const scenario = new Scenario(changes)
    scenario.join()
    scenario.tell({ type: 'measured', reading: readingOf() })
    return scenario
  }

  tell(input: Exclude<Input, { readonly type: 'offer-received' }>): Outcome<null> {
    return this.#decide(input).reply as Outcome<null>
  }

  offer(offer: Offer, needs: TaskNeeds | null = { memoryMb: 512, cpuCores: 1 }): OfferAnswer {
    return this.#decide<'offer-received'>({ type: 'offer-received', offer, needs }).reply
  }

  join(key = logKey, aheadMs = 0): void {
    this.tell({ type: 'joined', logKey: key, aheadMs, leaseMs: 30_000 })
  }

  finish(offer: Offer, traceLeaves: Parameters<typeof finished>[1] = []): Outcome<null> {
    const lease = { taskId: offer.task_id, leaseEpoch: offer.lease_epoch }
    return this.tell({ type: 'run-ended', ...lease, end: finished(offer, traceLeaves) })
  }

  fail(offer: Offer, isOurs = true): Outcome<null> {
    const lease = { taskId: offer.task_id, leaseEpoch: offer.lease_epoch }
    const end = { kind: 'failed', reason: 'the module is not there', isOurs } as const
    return this.tell({ type: 'run-ended', ...lease, end })
  }

  /** The coordinator takes every report that is owed now. */
  settleAll(): void {
    for (const reportId of [...this.state.reports.keys()]) {
      this.tell({ type: 'report-settled', reportId, answer: { ok: true, value: null } })
    }
  }

  reveal({ task_id: taskId, lease_epoch: leaseEpoch }: Offer): Outcome<null> {
    return this.tell({ type: 'reveal-asked', taskId, leaseEpoch })
  }

  /** Lets time pass, and everything that is due in it happen at its moment. */
  pass(ms: number): void {
    const untilMs = this.atMs + ms
    for (;;) {
      const dueMs = nextDueMs(this.state)
      if (dueMs === null || dueMs > untilMs) break
      // Somebody says something every few seconds, unless the machine sleeps.
      while (this.atMs + 10_000 < dueMs) this.#after(10_000)
      this.#after(dueMs - this.atMs)
    }
    while (this.atMs + 10_000 < untilMs) this.#after(10_000)
    this.atMs = untilMs
    this.tell({ type: 'time-passed' })
  }

  /** The machine sleeps, and nobody notices until it wakes. */
  sleep(ms: number): void {
    this.atMs += ms
    this.tell({ type: 'time-passed' })
  }

  /** The process ends, and a new one takes its place after a while. */
  restart(afterMs = 1_000): void {
    this.atMs += afterMs
    this.state = stateFrom(this.records, this.state.settings)
    this.tell({ type: 'restarted' })
  }

  wanted<Type extends EffectType>(type: Type): EffectOf<Type>[] {
    return this.effects.filter((effect) => effect.type === type) as unknown as EffectOf<Type>[]
  }

  happened<Type extends EventType>(type: Type): EventOf<Type>[] {
    return this.events.filter((event) => event.type === type) as unknown as EventOf<Type>[]
  }

  /** How a lease ended; null while it has not. */
  endOf({ task_id }: { readonly task_id: TaskId }): string | null {
    return this.state.ended.get(task_id)?.end ?? null
  }

  #after(ms: number): void {
    this.atMs += Math.max(0, ms)
    this.tell({ type: 'time-passed' })
  }

  #decide<Type extends InputType>(input: InputOf<Type>): Decision<Type> {
    const decision = decide<Type>(this.state, input, this.atMs)
    this.effects.push(...decision.effects)
    this.events.push(...decision.events)
    for (const name of this.state.touched) {
      const text = recordOf(this.state, name)
      if (text === null) this.records.delete(name)
      else this.records.set(name, text)
    }
    this.state.touched.clear()
    return decision
  }
}
