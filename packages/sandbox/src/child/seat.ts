// One place in the pool: a child sits there, and another one after it. A child is replaced when it
// has served its time, when another requester comes, and after any end that is not clean.
import { type Assignment, type Attempt, attempt, untaken } from './attempt.ts'
import type { Child } from './child.ts'
import { createKnownModules, type KnownModules } from './known-modules.ts'
import type { Finished, PoolResult } from './pool-result.ts'

export type SeatState =
  | 'starting'
  | 'idle'
  | 'busy'
  /** No child comes up here; `revive` tries again. */
  | 'broken'

export interface Seat {
  readonly state: SeatState
  /** Whom the child serves; null while it is fresh. */
  readonly requester: string | null
  /** What the last child that did not come up had to say. */
  readonly complaint: string
  /** Only for an idle seat, and for a requester that it serves or a fresh child. */
  run(order: SeatOrder): Promise<PoolResult | typeof untaken>
  /** Whether the child of an idle seat holds too much memory to be given another task. */
  hasResidue(): boolean
  /** Replaces the child of an idle seat. */
  renew(): void
  revive(): void
  /** Resolves when no process of this seat is left. */
  close(): Promise<void>
}

export type SeatOrder = Omit<Assignment, 'isKnown' | 'forget'>

export interface SeatParts {
  readonly open: () => Child
  readonly tasksMax: number
  /** Called when the state changed for a reason other than a call of the owner's. */
  readonly changed: () => void
}

const startsMax = 3
const knownBytesMax = 33_554_432
const knownModulesMax = 64
/** Memory that a child may keep from task to task, over what a fresh one holds. */
const residueBytesMax = 134_217_728

export function createSeat({ open, tasksMax, changed }: SeatParts): Seat {
  const dying = new Set<Promise<unknown>>()
  let [failures, complaint, isClosed] = [0, '', false]
  let current: Attempt | null = null
  let seated: Seated = start()

  function start(): Seated {
    const child = open()
    const mine: Seated = { ...fresh(), child, state: 'starting' }
    const dead = child.dead.then(({ detail }) => {
      dying.delete(dead)
      if (mine !== seated || isClosed) return
      // One that has served before has proved that children can live here.
      if (mine.state !== 'busy' && mine.served === 0) {
        complaint = detail
        failures += 1
      }
      // A busy one is replaced when its task has been answered.
      if (mine.state === 'busy') return
      if (failures < startsMax) seated = start()
      else mine.state = 'broken'
      changed()
    })
    dying.add(dead)
    child.ready.then((isReady) => {
      if (!isReady || mine !== seated || isClosed) return
      mine.state = 'idle'
      mine.freshBytes = child.memory()?.nowBytes ?? null
      changed()
    })
    return mine
  }

  function renew(): void {
    seated.child.kill()
    if (!isClosed) seated = start()
  }

  async function run(order: SeatOrder): Promise<PoolResult | typeof untaken> {
    const mine = seated
    mine.state = 'busy'
    mine.requester = order.task.requester
    mine.served += 1
    const isKnown = mine.known.has(order.key)
    const forget = mine.known.use(order.key, order.task.module.length)
    current = attempt(mine.child, { ...order, isKnown, forget })
    const result = await current.result
    current = null
    if (isClosed) return result
    if (isClean(result)) {
      failures = 0
      mine.grownBytes += result.memoryBytes ?? 0
    }
    if (!isClean(result) || mine.served >= tasksMax) renew()
    else mine.state = 'idle'
    changed()
    return result
  }

  return {
    get state() {
      return seated.state
    },
    get requester() {
      return seated.requester
    },
    get complaint() {
      return complaint
    },
    run,
    hasResidue: () => hasResidue(seated),
    renew,
    revive() {
      failures = 0
      renew()
    },
    async close() {
      isClosed = true
      current?.cancel('the pool was closed')
      seated.child.kill()
      await Promise.all(dying)
    },
  }
}

interface Seated {
  readonly child: Child
  readonly known: KnownModules
  state: SeatState
  requester: string | null
  served: number
  /** What its tasks took, together: the most that can be left of them. */
  grownBytes: number
  /** Held when it had done nothing yet. */
  freshBytes: number | null
}

function isClean(result: PoolResult | typeof untaken): result is Finished {
  return result !== untaken && result.kind === 'attestable'
}

function fresh() {
  const known = createKnownModules(knownBytesMax, knownModulesMax)
  return { known, requester: null, served: 0, grownBytes: 0, freshBytes: null }
}

function hasResidue({ child, freshBytes, grownBytes }: Seated): boolean {
  if (freshBytes === null || grownBytes <= residueBytesMax) return false
  const now = child.memory()
  return now !== null && now.nowBytes - freshBytes > residueBytesMax
}
