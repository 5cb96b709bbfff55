// One stay with one coordinator: from the registration to the loss of the connection. Heartbeats,
// the mode, and the measuring of the line go on as long as it lasts.
import type { Mesh } from '@vcp/mesh'
import {
  type NodeMode,
  type Outcome,
  type PeerId,
  type Telemetry,
  telemetryTopic,
  VcpError,
} from '@vcp/protocol'
import type { Log } from '../log/log.ts'
import type { Joined, Joining } from './join.ts'
import type { LineQuality } from './line-quality.ts'
import type { Timers } from './timers.ts'

export type AskedMode = Exclude<NodeMode, 'safe_mode'>

/** Lost: nobody answers there. Forgotten: it does not know this node any more. */
export type StayEnd = { readonly why: 'lost' | 'forgotten' } | { readonly error: VcpError }

export interface Stay extends Joined {
  readonly peerId: PeerId
  /** Aborts when it ends. */
  readonly signal: AbortSignal
  readonly ended: Promise<StayEnd>
  end(end: StayEnd): void
  /** Tells the mode now; if that fails, with the next heartbeat. */
  tellMode(mode: AskedMode): void
}

export interface StayParts {
  readonly mesh: Pick<Mesh, 'gossip' | 'peers'>
  readonly joining: Joining
  readonly quality: LineQuality
  readonly timers: Timers
  readonly log: Log
  /** Null until something was measured. */
  telemetry(): Telemetry | null
  /** The coordinator has heard the mode. */
  modeTold(mode: AskedMode): Promise<unknown>
}

/** So many heartbeats without an echo, and the coordinator is given up. */
const missedMax = 2
/** The first heartbeat waits for the first measurement, and is not counted until then. */
const firstWaitMs = 250
/** Every so many heartbeats one is a question: gossip does not say that nobody knows this node. */
const askedEvery = 3

export function openStay(parts: StayParts, peerId: PeerId, joined: Joined): Stay {
  const { mesh, joining, quality, timers, log } = parts
  const stop = new AbortController()
  const { signal } = stop
  const heartbeatMs = joined.terms.heartbeat_ms
  const soonMs = Math.min(heartbeatMs, firstWaitMs)
  const ended = Promise.withResolvers<StayEnd>()
  let untold: AskedMode | null = null
  let beats = 0
  let missed = 0
  let cancel = timers.after(0, () => void beat())

  function end(how: StayEnd): void {
    if (signal.aborted) return
    stop.abort()
    cancel()
    unwatch()
    ended.resolve(how)
  }

  async function beat(): Promise<void> {
    const isHeard = await isEchoed(heartbeat, signal)
    if (signal.aborted) return
    missed = isHeard ? 0 : missed + 1
    if (missed > missedMax) end({ why: 'lost' })
    else cancel = timers.after(beats === 0 ? soonMs : heartbeatMs, () => void beat())
  }

  async function heartbeat(): Promise<void> {
    quality.echoed(await mesh.peers.ping(peerId))
    signal.throwIfAborted()
    const telemetry = parts.telemetry()
    if (telemetry === null) return
    const message = joining.sign('heartbeat', telemetry)
    const reached = await mesh.gossip.publish(telemetryTopic, message)
    if (reached === 0 || beats % askedEvery === 0) {
      judge(await joining.beat(peerId, message, signal))
    }
    beats += 1
    await tellMode()
  }

  async function tellMode(): Promise<void> {
    const mode = untold
    if (mode === null) return
    const told = await joining.tellMode(peerId, mode, signal)
    judge(told)
    if (!told.ok || untold !== mode) return
    untold = null
    await parts.modeTold(mode)
  }

  function judge(answer: Outcome<unknown>): void {
    if (answer.ok) return
    const { code, reason } = answer
    if (code === 'NOT_FOUND') end({ why: 'forgotten' })
    else if (code === 'NODE_KEY_IN_USE') end({ error: elsewhere(reason) })
    else {
      log({ level: 'warning', message: 'the coordinator refuses a heartbeat', fields: { code } })
    }
  }

  const unwatch = mesh.peers.onChange((change) => {
    if (change.peerId === peerId && !change.isConnected) end({ why: 'lost' })
  })

  return {
    ...joined,
    peerId,
    signal,
    ended: ended.promise,
    end,
    tellMode(mode) {
      untold = mode
      void isEchoed(tellMode, signal)
    },
  }
}

/** The coordinator has heard this key from another machine since it registered from here. */
function elsewhere(reason: string): VcpError {
  const message = `the coordinator hears this node from another machine too: ${reason}`
  return new VcpError('NODE_KEY_IN_USE', { message })
}

/** Whether it came to its end, and not to that of the line. */
async function isEchoed(work: () => Promise<void>, signal: AbortSignal): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    if (!(error instanceof VcpError) && !signal.aborted) throw error
    return false
  }
}
