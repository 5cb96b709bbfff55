// How an agent is told to take no work, to take it again, and to end.
import { type Outcome, pass } from '@vcp/protocol'
import type { Agent } from './agent.ts'
import type { Control } from './api/status.ts'
import { runningOf } from './core/state.ts'
import type { Link } from './link/link.ts'
import type { Timers } from './link/timers.ts'
import type { Log } from './log/log.ts'

export interface SteeringParts {
  readonly agent: Pick<Agent, 'tell' | 'state' | 'onChange'>
  readonly link: Pick<Link, 'stay' | 'onChange'>
  readonly timers: Timers
  readonly log: Log
  readonly drainMsMax: number
}

export interface Steering {
  control(control: Control): Promise<Outcome<null>>
  stop(how: 'drained' | 'now'): void
  readonly isStopping: boolean
  /** Resolves when it is to end: nothing is held, or nobody waits any longer. */
  readonly over: Promise<void>
}

export function createSteering(parts: SteeringParts): Steering {
  const { agent, link, timers, log, drainMsMax } = parts
  const over = Promise.withResolvers<void>()
  let isStopping = false

  function stop(how: 'drained' | 'now'): void {
    if (how === 'now') {
      log({ level: 'info', message: 'ending at once', fields: {} })
      over.resolve()
    }
    if (isStopping) return
    isStopping = true
    if (how === 'drained') void drain()
  }

  async function drain(): Promise<void> {
    const { leases, reports } = agent.state
    const held = { tasks: leases.size, reports: reports.size }
    log({ level: 'info', message: 'ending when nothing is held', fields: held })
    const ends = [
      agent.onChange(() => look()),
      link.onChange(() => look()),
      timers.after(drainMsMax, () => {
        log({ level: 'warning', message: 'not waiting any longer', fields: {} })
        over.resolve()
      }),
    ]
    const look = () => {
      if (isDone()) over.resolve()
    }
    void over.promise.then(() => {
      for (const end of ends) end()
    })
    await agent.tell({ type: 'mode-asked', mode: 'draining', untilMs: null })
    look()
  }

  /** What is only to be delivered is kept, and not waited for while nobody is there to take it. */
  function isDone(): boolean {
    const { state } = agent
    if (state.isDrainAnnounced) return true
    return link.stay === null && runningOf(state).length === 0 && state.reruns.size === 0
  }

  return {
    stop,
    over: over.promise,
    get isStopping() {
      return isStopping
    },
    async control(control) {
      switch (control.control) {
        case 'stop':
          stop(control.now ? 'now' : 'drained')
          return pass(null)
        case 'drain':
          return agent.tell({ type: 'mode-asked', mode: 'draining', untilMs: null })
        case 'resume':
          return agent.tell({ type: 'mode-asked', mode: 'active', untilMs: null })
        case 'pause': {
          const { seconds } = control
          const untilMs = seconds === null ? null : timers.nowMs() + 1_000 * seconds
          return agent.tell({ type: 'mode-asked', mode: 'paused', untilMs })
        }
      }
    },
  }
}
