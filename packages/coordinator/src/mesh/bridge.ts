// The coordinator's side of the mesh: what nodes say becomes inputs of the core, what the core
// wants of them is carried out. Telemetry comes by gossip. Commitments do not: one counts from its
// place in the log, which it gets by being reported, and the log is where everybody sees it.
import { createNativeVerify, type Mesh, type Roster, serveBlobs } from '@vcp/mesh'
import {
  joinProtocol,
  type KnownLog,
  type LedgerEntry,
  type Outcome,
  type PeerId,
  refuse,
  reportProtocol,
  type Signer,
  secureProtocol,
  telemetryTopic,
  VcpError,
} from '@vcp/protocol'
import type { Blobs } from '../blobs/blobs.ts'
import type { Effect, EffectOf, EffectType } from '../core/effects.ts'
import type { Input } from '../core/inputs.ts'
import type { State } from '../core/state.ts'
import type { Clock } from '../journal/clock.ts'
import type { Log } from '../log/log.ts'
import type { Loop } from '../loop/loop.ts'
import type { RoundDesk } from '../rounds/round-desk.ts'
import { publishHeads } from './heads.ts'
import { createOutputs } from './outputs.ts'
import { pause } from './pause.ts'
import { createPost } from './post.ts'
import { watchPresent } from './present.ts'
import { createTakeReport } from './reports.ts'
import type { RequesterOf } from './requester.ts'
import { announceRound } from './rounds.ts'
import { createUpdates } from './updates.ts'
import { createWelcome, type WelcomeParts } from './welcome.ts'

export interface BridgeParts
  extends Pick<WelcomeParts, 'nodes' | 'accounts' | 'cluster' | 'terms'> {
  readonly mesh: Mesh
  /** Of this peer; signs what it says of rounds. */
  readonly signer: Signer
  readonly loop: Loop
  readonly log: Log
  readonly knownLog: KnownLog
  readonly blobs: Pick<Blobs, 'store' | 'bytesMax'>
  readonly clock: Clock
  readonly rounds: Pick<RoundDesk, 'check' | 'hear'>
  readonly requesterOf: RequesterOf
  randomBytes(count: number): Uint8Array
}

export interface Bridge {
  carryOut(effect: Effect): void
  onDurable(entries: readonly LedgerEntry[]): void
  /** Nodes that are registered and connected. */
  readonly present: number
  /** Answers nodes from now on. */
  serve(): Promise<void>
  /** Takes nothing new and waits for what is under way; the mesh itself stays open. */
  close(): Promise<void>
}

export function rosterOf(state: State, self: PeerId, log: Log, known: KnownLog): Roster {
  return {
    isNode: (peerId) => state.nodes.has(peerId),
    isCoordinator: (peerId) => peerId === self,
    log: {
      ...known,
      get size() {
        return log.size
      },
    },
  }
}

export function createBridge(parts: BridgeParts): Bridge {
  const { mesh, loop, log, knownLog, blobs, clock } = parts
  const { state } = loop
  const { nowMs } = clock
  const stop = new AbortController()
  const underWay = new Set<Promise<unknown>>()
  const endings: (() => unknown)[] = []
  const tell = createTell(loop, clock, stop.signal)
  const verify = createNativeVerify()
  const present = watchPresent(mesh.peers)
  const { requesterOf } = parts
  const post = createPost({ streams: mesh.streams, state, present, clock, tell, requesterOf })
  const heads = publishHeads(log, knownLog, mesh.gossip, clock)
  const outputs = createOutputs({ mesh, ...blobs, clock, signal: stop.signal })
  const { check } = parts.rounds
  const updates = createUpdates({ state, outputs, store: blobs.store, check })
  const takeReport = createTakeReport({
    ...{ state, outputs, updates, post, verify, clock },
    tell: (input) => loop.tell(input),
  })
  const welcome = createWelcome({
    ...parts,
    present,
    verify,
    nowMs,
    joined(peerId) {
      heads.wanted()
      // The answer to the registration goes first.
      clock.soon(() => post.serve(peerId))
    },
    replaced: (peerId) => mesh.peers.disconnectOlder(peerId),
  })

  /** Effects by type; one that is added does not compile without a line here. */
  const carriers: { readonly [Type in EffectType]: (effect: EffectOf<Type>) => void } = {
    'send-offer': post.carryOut,
    'withdraw-lease': post.carryOut,
    'ask-to-reveal': post.carryOut,
    'ask-to-train': post.carryOut,
    'ask-for-trace': post.carryOut,
    'ask-for-rerun': post.carryOut,
    'check-proof': () => {
      // Nothing of it goes over the mesh: `proofs/` carries it out.
    },
    'announce-round': ({ roundId }) => {
      void announceRound({ ...parts, state, gossip: mesh.gossip, nowMs }, roundId)
    },
    'aggregate-round': () => {
      // Nobody is asked: the round desk does it.
    },
  }

  const whileOpen = createWhileOpen(stop.signal, underWay)

  return {
    carryOut(effect) {
      const carry = carriers[effect.type] as (effect: Effect) => void
      if (!stop.signal.aborted) carry(effect)
    },
    onDurable: () => heads.wanted(),
    get present() {
      return present.size
    },
    async serve() {
      endings.push(
        mesh.gossip.subscribe(telemetryTopic, ({ peer_id: peerId, payload: telemetry }) => {
          void loop.tell({ type: 'heartbeat-received', peerId, telemetry })
        }),
        await mesh.streams.serve(joinProtocol, whileOpen(welcome)),
        await mesh.streams.serve(reportProtocol, whileOpen(takeReport)),
        await mesh.streams.serve(
          secureProtocol,
          whileOpen((ask, from) => parts.rounds.hear(from, ask, stop.signal)),
        ),
        await serveBlobs(mesh.streams, blobs.store, (peerId) => state.nodes.has(peerId)),
      )
    },
    async close() {
      stop.abort(new VcpError('COORDINATOR_STOPPING'))
      post.close()
      heads.stop()
      present.stop()
      await Promise.all(endings.map((end) => end()))
      await Promise.allSettled(underWay)
    },
  }
}

/** Answers while nobody has asked to stop, and lets what is under way be waited for. */
function createWhileOpen(signal: AbortSignal, underWay: Set<Promise<unknown>>) {
  return <Ask, Answer>(handle: (ask: Ask, from: PeerId) => Promise<Outcome<Answer>>) =>
    async (ask: Ask, from: PeerId): Promise<Outcome<Answer>> => {
      if (signal.aborted) return refuse('COORDINATOR_STOPPING', 'it is about to stop')
      const work = handle(ask, from)
      underWay.add(work)
      try {
        return await work
      } finally {
        underWay.delete(work)
      }
    }
}

const troubleMs = 1_000

/** Tells the core what it will not hear of again: while the disk is full, until it is not. */
function createTell(
  loop: Loop,
  clock: Clock,
  signal: AbortSignal,
): (input: Input) => Promise<Outcome<null>> {
  return async (input) => {
    for (;;) {
      const told = await loop.tell(input)
      const isTrouble = !told.ok && (told.code === 'DISK_FULL' || told.code === 'OVERLOADED')
      if (!isTrouble || signal.aborted) return told
      await pause(clock, troubleMs, signal)
    }
  }
}
