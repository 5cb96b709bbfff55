// A pool of warm children. It owns the queue, so that a child takes with it no task but the one it
// had; each child serves one requester at a time and is replaced after any end that is not clean.
import { availableParallelism } from 'node:os'
import { openChild } from './child.ts'
import { type Isolation, type Protection, probeIsolation } from './isolation.ts'
import type { PoolLimits, PoolResult, SandboxTask } from './pool-result.ts'
import { type ChildProgram, childProgram } from './program.ts'
import { createSeat, type Seat } from './seat.ts'
import { createWaitingList, type Waiting, type WaitingList } from './waiting-list.ts'

export interface PoolOptions {
  /** Children; one for each core unless given. */
  readonly size?: number
  /** Tasks that may wait; one more is refused at once. */
  readonly queueMax?: number
  /** After so many a child is replaced, however well it is. */
  readonly tasksPerChildMax?: number
  readonly program?: ChildProgram
  readonly isolation?: Isolation
}

export interface Pool {
  /** What stands between the children and this machine. */
  readonly protections: readonly Protection[]
  /** Always resolves: whatever goes wrong is a result. */
  submit(task: SandboxTask, limits: PoolLimits): Promise<PoolResult>
  /** Ends what runs and refuses what waits; when it resolves no process is left. */
  close(): Promise<void>
}

/** Its children come up while it already takes tasks. */
export async function openPool(options: PoolOptions = {}): Promise<Pool> {
  const [program, isolation] = await Promise.all([
    options.program ?? childProgram(),
    options.isolation ?? probeIsolation(),
  ])
  const { queueMax = 1_024, tasksPerChildMax = 10_000 } = options
  const list = createWaitingList(dispatch)
  let nextId = 1
  let isClosed = false
  const seats = Array.from({ length: options.size ?? availableParallelism() }, () =>
    createSeat({
      open: () => openChild(program, isolation),
      tasksMax: tasksPerChildMax,
      changed: dispatch,
    }),
  )

  function dispatch(): void {
    if (isClosed || list.size === 0) return
    for (const seat of seats) if (seat.state === 'idle' && seat.hasResidue()) seat.renew()
    const { pairs, surplus } = match(list, seats)
    for (const { waiting, seat } of pairs) {
      const { task, limits, key } = waiting
      list.take(waiting, (queuedMs) => seat.run({ id: nextId++, key, task, limits, queuedMs }))
    }
    for (const seat of surplus) seat.renew()
    if (!seats.every(({ state }) => state === 'broken')) return
    for (const waiting of list) {
      list.refuse(waiting, 'crash', `no child comes up: ${seats[0]?.complaint}`)
    }
  }

  return {
    protections: isolation.protections,
    submit(task, limits) {
      const waiting = list.add(task, limits)
      for (const seat of seats) if (seat.state === 'broken' && !isClosed) seat.revive()
      dispatch()
      if (list.size > queueMax && list.has(waiting)) {
        list.refuse(waiting, 'queue_full', `${queueMax} tasks wait already`)
      }
      return waiting.result
    },
    async close() {
      isClosed = true
      list.close()
      await Promise.all(seats.map((seat) => seat.close()))
    },
  }
}

interface Matching {
  readonly pairs: readonly { readonly waiting: Waiting; readonly seat: Seat }[]
  /** Idle children of requesters for whom nothing waits, in the way of others. */
  readonly surplus: readonly Seat[]
}

/** First come, first served, but nobody waits for a child that somebody before could not use. */
function match(list: WaitingList, seats: readonly Seat[]): Matching {
  const pairs: { waiting: Waiting; seat: Seat }[] = []
  let idle = seats.filter(({ state }) => state === 'idle')
  let stranded = 0
  for (const waiting of list) {
    if (idle.length === 0) break
    const seat = seatFor(waiting.task, idle)
    if (seat === undefined) {
      stranded += 1
      continue
    }
    idle = idle.filter((each) => each !== seat)
    pairs.push({ waiting, seat })
  }
  const starting = seats.filter(({ state }) => state === 'starting').length
  return { pairs, surplus: idle.slice(0, Math.max(0, stranded - starting)) }
}

/** A child that knows the requester before one that knows nobody; never one that knows another. */
function seatFor({ requester }: SandboxTask, idle: readonly Seat[]): Seat | undefined {
  return (
    idle.find((seat) => seat.requester === requester) ??
    idle.find((seat) => seat.requester === null)
  )
}
