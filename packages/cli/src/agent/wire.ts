// Connects the parts of an agent: what the core wants done goes to the runner or to the link, and
// what those meet goes back to the core.
import { serveBlobs } from '@vcp/mesh'
import { NodeId, type Signer, type TaskType } from '@vcp/protocol'
import type { Settings } from '../config/settings.ts'
import { needsOf, versionsOf } from '../engines/engines.ts'
import type { Host } from '../host.ts'
import type { Agent } from './agent.ts'
import { systemClock } from './clock.ts'
import type { Closing } from './closing.ts'
import type { Effect } from './core/effects.ts'
import { heldTasks } from './core/state.ts'
import { telemetryOf } from './core/telemetry.ts'
import type { Kept } from './kept/kept.ts'
import { createBlobSource } from './link/blob-source.ts'
import type { Heads } from './link/heads.ts'
import { type Link, openLink } from './link/link.ts'
import type { Place } from './link/place.ts'
import { createResolve } from './link/resolve.ts'
import { createRoundLine } from './link/round-line.ts'
import { systemTimers } from './link/timers.ts'
import type { Log } from './log/log.ts'
import { openAgent } from './loop.ts'
import type { Opened } from './open-parts.ts'
import { registrationOf } from './registration-of.ts'
import { createRunner, type Runner } from './runner/runner.ts'
import { agentSettings } from './settings-of.ts'
import type { Store } from './store/store.ts'
import { watchMachine } from './telemetry/watch-machine.ts'

export interface WireParts {
  readonly settings: Settings
  readonly host: Host
  readonly signer: Signer
  readonly version: string
  readonly places: readonly Place[]
  readonly heads: Heads
  readonly log: Log
  readonly opened: Opened
  /** The agent's from here on. */
  readonly records: Store
  readonly kept: Kept
  readonly closing: Closing
}

export interface Wired {
  readonly agent: Agent
  readonly link: Link
  readonly name: NodeId
  /** Goes on with what a former process left undone, and begins to measure. */
  begin(): Promise<void>
}

export async function wire(parts: WireParts): Promise<Wired> {
  const { settings, opened, closing, log } = parts
  const { engines, mesh, store } = opened
  const name = nameOf(settings, parts.signer)
  const ready = Object.keys(versionsOf(engines)) as TaskType[]
  const limits = agentSettings(settings, opened.machine, ready)
  const agent = openAgent({
    store: parts.records,
    settings: limits,
    clock: systemClock,
    needsOf: (offer) => needsOf(engines, offer),
    carryOut: (effect) => carryOut(effect, runner, link),
  })
  closing.add(agent, (it) => it.close())
  const runner = createRunner({
    engines,
    kept: parts.kept,
    store,
    source: {
      fetch: (cid, wanted) => source.fetch(cid, wanted),
    },
    line: {
      ask: (ask, signal) => line.ask(ask, signal),
    },
    coordinator: () => link.stay?.terms.log_key ?? 'none',
    tell: (input) => agent.tell(input),
    signer: parts.signer,
    nowMs: parts.host.nowMs,
    randomBytes: parts.host.randomBytes,
  })
  closing.add(runner, (it) => it.close())
  const link = await openLink({
    mesh,
    agent,
    identity: identityOf(parts, { name, tasksMax: limits.tasksMax }, () => link),
    kept: parts.kept,
    heads: parts.heads,
    places: parts.places,
    resolve: createResolve(parts.host.nowMs),
    timers: systemTimers,
    log,
    telemetry: () => telemetryOf(agent.state),
  })
  closing.add(link, (it) => it.close())
  const line = createRoundLine({ streams: mesh.streams, link, timers: systemTimers })
  const source = createBlobSource({ mesh, store, link, timers: systemTimers })
  // A storage node is there for everybody; others give what they have to their coordinator alone.
  const isOpen = settings['node.type'] === 'storage'
  const endBlobs = await serveBlobs(mesh.streams, store, (peer) => {
    return isOpen || link.stay?.peerId === peer
  })
  closing.add(endBlobs, (it) => it())

  return { agent, link, name, begin: () => begin(parts, agent, runner, link) }
}

async function begin(
  { opened, closing }: WireParts,
  agent: Agent,
  runner: Runner,
  link: Link,
): Promise<void> {
  await runner.retain(heldTasks(agent.state))
  await agent.resume()
  // Whoever starts a node wants it to work; a pause has an end of its own.
  if (agent.state.mode === 'draining') {
    await agent.tell({ type: 'mode-asked', mode: 'active', untilMs: null })
  }
  const watch = watchMachine({
    sensors: opened.sensors,
    line: () => ({
      latencyMs: link.stay === null ? null : link.quality.latencyMs(),
      upMbps: null,
      downMbps: link.quality.downMbps(),
    }),
    tell: (reading) => void agent.tell({ type: 'measured', reading }),
    after: systemTimers.after,
  })
  closing.add(watch, (it) => it.close())
}

function carryOut(effect: Effect, runner: Runner, link: Link): void {
  switch (effect.type) {
    case 'start-run':
    case 'stop-run':
    case 'start-rerun':
    case 'start-round':
    case 'stop-round':
    case 'release-task':
      runner.carryOut(effect)
      break
    case 'send-report':
    case 'send-progress':
    case 'tell-mode':
      link.carryOut(effect)
      break
    case 'announce-drained':
    // The state says so, and who waits for it looks there after every change.
  }
}

function identityOf(
  parts: WireParts,
  { name, tasksMax }: { readonly name: NodeId; readonly tasksMax: number },
  link: () => Link | undefined,
) {
  const { settings, signer, host, opened, version } = parts
  return {
    signer,
    network: settings['network.name'],
    randomBytes: host.randomBytes,
    binding: () => opened.bound.binding,
    registration: () =>
      registrationOf(opened.hardware, opened.engines, {
        node_id: name,
        region: settings['node.region'],
        node_type: settings['node.type'],
        addresses: [...opened.mesh.peers.addresses()].slice(0, 16),
        software: `vcp/${version}`,
        bandwidthMbps: link()?.quality.downMbps() ?? null,
        tasksMax,
      }),
  }
}

/** A name that no other node of the owner has, where nobody has given one. */
function nameOf(settings: Settings, { peerId }: Signer): NodeId {
  return settings['node.name'] ?? NodeId.parse(`node-${peerId.slice(-8)}`)
}
