// The node's way to its coordinator: finds one, joins it, stays, and when it is lost finds it again
// or takes the next. What the core wants sent goes through here.
import type { Mesh } from '@vcp/mesh'
import {
  checkpointsTopic,
  type ErrorCode,
  reportProtocol,
  roundsTopic,
  VcpError,
} from '@vcp/protocol'
import type { Agent } from '../agent.ts'
import type { EffectOf } from '../core/effects.ts'
import type { Kept } from '../kept/kept.ts'
import { serveAssignments } from './assignments.ts'
import type { Heads } from './heads.ts'
import { createJoining, type Identity } from './join.ts'
import { createLineQuality, type LineQuality } from './line-quality.ts'
import { createOutbox, isPassing } from './outbox.ts'
import { withOutput } from './output.ts'
import type { Place } from './place.ts'
import { seek } from './seek.ts'
import { createStandings, type Standing } from './standings.ts'
import type { Stay, StayParts } from './stay.ts'
import { createVisits, type VisitParts } from './visit.ts'

export interface LinkParts
  extends Pick<StayParts, 'telemetry' | 'timers' | 'log'>,
    Pick<VisitParts, 'resolve'> {
  readonly mesh: Pick<Mesh, 'peerId' | 'streams' | 'gossip' | 'peers'>
  readonly agent: Pick<Agent, 'tell' | 'offer'>
  readonly identity: Identity
  readonly kept: Pick<Kept, 'output' | 'below'>
  readonly heads: Heads
  readonly places: readonly Place[]
}

export type LinkEffect = EffectOf<'send-report'> | EffectOf<'send-progress'> | EffectOf<'tell-mode'>

export interface Link {
  carryOut(effect: LinkEffect): void
  readonly quality: LineQuality
  /** The coordinator that is joined; null while there is none. */
  readonly stay: Stay | null
  /** The stay that there is, or the next. Fails with the signal's reason. */
  joined(signal: AbortSignal): Promise<Stay>
  standings(): readonly Standing[]
  /** What the coordinator's clock is ahead of ours; 0 until it is known. */
  readonly aheadMs: number
  /** What the owner's wallet was paid by this coordinator or the last; null until it is known. */
  readonly earnedMicro: number | null
  onChange(listener: () => void): () => void
  /** Resolves when it gives up for good. */
  readonly ended: Promise<VcpError>
  close(): Promise<void>
}

export async function openLink(parts: LinkParts): Promise<Link> {
  const { mesh, agent, timers, log, places, kept } = parts
  const stop = new AbortController()
  const { signal } = stop
  const ended = Promise.withResolvers<VcpError>()
  const quality = createLineQuality()
  const joining = createJoining(mesh.streams, parts.identity, timers)
  const standings = createStandings(places, timers)
  const next = createNext()

  const outbox = createOutbox({
    timers,
    settle: (reportId, answer) => agent.tell({ type: 'report-settled', reportId, answer }),
    refused({ code }) {
      if (code === 'NOT_FOUND') visits.stay?.end({ why: 'forgotten' })
      log({ level: levelOf(code), message: 'a report is sent again', fields: { code } })
    },
  })
  const visits = createVisits({
    ...parts,
    joining,
    quality,
    signal,
    modeTold: (mode) => agent.tell({ type: 'mode-told', mode }),
    forgetReports: () => outbox.clear(),
    opened(place, stay) {
      outbox.attach(async (report, ended) =>
        mesh.streams.ask(stay.peerId, reportProtocol, withOutput(kept, report), ended),
      )
      standings.joined(place, stay.peerId)
      next.came(stay)
    },
    closed() {
      outbox.attach(null)
      next.left()
    },
  })
  const isCoordinator = visits.isCoordinator
  const assignments = { streams: mesh.streams, agent, kept, isCoordinator }
  const endAssignments = await serveAssignments({ ...assignments, peerId: mesh.peerId })
  const endHearing = hearCoordinator(parts)
  const sought = seek({
    places,
    standings,
    timers,
    log,
    signal,
    visit: visits.visit,
    parted: () => agent.tell({ type: 'parted' }),
  }).catch((error: unknown) => {
    if (!signal.aborted) ended.resolve(failureOf(error))
  })

  return {
    quality,
    get stay() {
      return visits.stay
    },
    joined: (until) =>
      visits.stay === null ? orAbort(next.promise, until) : Promise.resolve(visits.stay),
    standings: () => standings.all(),
    get aheadMs() {
      return joining.aheadMs
    },
    get earnedMicro() {
      return joining.earnedMicro
    },
    onChange: (listener) => standings.onChange(listener),
    ended: ended.promise,
    carryOut(effect) {
      const { stay, logKey } = visits
      if (effect.type === 'send-report') {
        if (effect.logKey === logKey) outbox.add(effect.reportId, effect.report)
      } else if (effect.type === 'tell-mode') stay?.tellMode(effect.mode)
      else if (stay !== null) void sendProgress(parts, joining, stay, effect)
    },
    async close() {
      stop.abort(new VcpError('INTERRUPTED'))
      endHearing()
      await endAssignments()
      visits.stay?.end({ why: 'lost' })
      await sought
      await outbox.close()
    },
  }
}

/** A result may have to wait until others have shown theirs: nothing is wrong then. */
function levelOf(refusal: ErrorCode) {
  return refusal === 'REQUEST_TIMEOUT' ? 'info' : 'warning'
}

/** What is no failure is a bug of ours. */
function failureOf(error: unknown): VcpError {
  if (error instanceof VcpError) return error
  throw error
}

/** Who waits for a stay: where a visit comes to nothing, they wait for the next one. */
function createNext() {
  let next = Promise.withResolvers<Stay>()
  let isHere = false
  return {
    get promise() {
      return next.promise
    },
    came(stay: Stay): void {
      next.resolve(stay)
      isHere = true
    },
    left(): void {
      if (isHere) next = Promise.withResolvers()
      isHere = false
    },
  }
}

/** Once: the next one says more. Where nobody wants to hear of the lease any more, that is told. */
async function sendProgress(
  { mesh, agent }: LinkParts,
  joining: ReturnType<typeof createJoining>,
  { peerId, signal }: Stay,
  { progress }: EffectOf<'send-progress'>,
): Promise<void> {
  const envelope = joining.sign('progress', progress)
  const report = { report: 'signed', envelope, output: null } as const
  try {
    const answer = await mesh.streams.ask(peerId, reportProtocol, report, signal)
    if (answer.ok || isPassing(answer.code) || signal.aborted) return
    const { task_id: taskId, lease_epoch: leaseEpoch } = progress
    const reason: ErrorCode = answer.code
    await agent.tell({ type: 'lease-withdrawn', taskId, leaseEpoch, reason })
  } catch (error) {
    if (!(error instanceof VcpError) && !signal.aborted) throw error
  }
}

async function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** What it tells everybody. A round that opens is ordered by itself, and so heard for sure. */
function hearCoordinator({ mesh, agent, heads }: LinkParts): () => void {
  const ends = [
    mesh.gossip.subscribe(checkpointsTopic, (head) => heads.saw(head)),
    mesh.gossip.subscribe(roundsTopic, ({ payload }) => {
      const { task_id: taskId, round_id: roundId } = payload
      if (payload.notice === 'closed') void agent.tell({ type: 'round-closed', taskId, roundId })
    }),
  ]
  return () => {
    for (const end of ends) end()
  }
}
