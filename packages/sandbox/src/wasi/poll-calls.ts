// poll_oneoff. Streams are always ready, so a poll waits only where it asks for nothing but times
// to come. Then the nearest one is slept towards: charged as gas, which is what moves the clock,
// and over at once.
import { clockNs } from './clock.ts'
import type { Descriptors } from './descriptors.ts'
import { type Errno, errno } from './errno.ts'
import type { Guest } from './guest.ts'
import { prices, subscriptionsMax } from './prices.ts'
import type { WasiImports } from './signatures.ts'

/** How many bytes each stream can take or give at this moment. */
export interface Readiness {
  readonly descriptors: Descriptors
  stdinLeft(): number
  outputLeft(): number
}

export function pollCalls(guest: Guest, readiness: Readiness): Pick<WasiImports, 'poll_oneoff'> {
  const { host, memory } = guest

  function poll(inAt: number, outAt: number, count: number, eventsAt: number): Errno {
    if (count === 0 || count > subscriptionsMax) return errno.inval
    host.charge(count * prices.subscription)
    const isHeld =
      memory.holds(inAt, count * SUBSCRIPTION_BYTES) &&
      memory.holds(outAt, count * EVENT_BYTES) &&
      memory.holds(eventsAt, 4)
    if (!isHeld) return errno.fault
    const taken = memory.view({ at: inAt, bytes: count * SUBSCRIPTION_BYTES })
    const subscriptions = readSubscriptions(taken, host.gasUsed())
    if (subscriptions === null) return errno.inval

    const waits = subscriptions.map((subscription) => waitOf(subscription))
    const nearestNs = waits.reduce((least, wait) => (wait < least ? wait : least))
    host.charge(Number(nearestNs) * prices.sleptNs)
    const due = subscriptions.filter((_, i) => waits[i]! <= nearestNs)
    const out = { at: outAt, bytes: due.length * EVENT_BYTES }
    memory.bytes(out).fill(0)
    const view = memory.view(out)
    for (const [i, subscription] of due.entries()) {
      writeEvent(view, i * EVENT_BYTES, subscription, readiness)
    }
    memory.view({ at: eventsAt, bytes: 4 }).setUint32(0, due.length, true)
    return errno.success
  }

  return { poll_oneoff: poll }
}

const SUBSCRIPTION_BYTES = 48
const EVENT_BYTES = 32
const CLOCK = 0
const FD_READ = 1
const FD_WRITE = 2
const ABSOLUTE = 1

interface Subscription {
  readonly userdata: bigint
  readonly kind: number
  /** The clock or the descriptor. */
  readonly source: number
  /** How far off the time is; null where there is no such clock. */
  readonly waitNs: bigint | null
}

function readSubscriptions(view: DataView, gasUsed: number): Subscription[] | null {
  const subscriptions: Subscription[] = []
  for (let at = 0; at < view.byteLength; at += SUBSCRIPTION_BYTES) {
    const kind = view.getUint8(at + 8)
    if (kind > FD_WRITE) return null
    const source = view.getUint32(at + 16, true)
    const timeoutNs = view.getBigUint64(at + 24, true)
    const isAbsolute = (view.getUint16(at + 40, true) & ABSOLUTE) !== 0
    const nowNs = clockNs(source, gasUsed)
    const waitNs = nowNs === null ? null : isAbsolute ? timeoutNs - nowNs : timeoutNs
    subscriptions.push({ userdata: view.getBigUint64(at, true), kind, source, waitNs })
  }
  return subscriptions
}

/** Zero for what is ready, also where all there is to tell is an error. */
function waitOf({ kind, waitNs }: Subscription): bigint {
  return kind !== CLOCK || waitNs === null || waitNs < 0n ? 0n : waitNs
}

function writeEvent(view: DataView, at: number, event: Subscription, readiness: Readiness): void {
  view.setBigUint64(at, event.userdata, true)
  view.setUint8(at + 10, event.kind)
  if (event.kind === CLOCK) {
    view.setUint16(at + 8, event.waitNs === null ? errno.inval : errno.success, true)
    return
  }
  const bytes = bytesReady(event, readiness)
  view.setUint16(at + 8, bytes === null ? errno.badf : errno.success, true)
  view.setBigUint64(at + 16, BigInt(bytes ?? 0), true)
}

function bytesReady({ kind, source }: Subscription, readiness: Readiness): number | null {
  const { descriptors } = readiness
  if (kind === FD_READ) {
    return descriptors.stream(source) === 'stdin' ? readiness.stdinLeft() : null
  }
  return descriptors.output(source) === null ? null : readiness.outputLeft()
}
