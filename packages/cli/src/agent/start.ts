// An agent, started: what it is made of is opened, put together, and closed again in the end.
import { join } from 'node:path'
import type { Settings } from '../config/settings.ts'
import type { Engines } from '../engines/engines.ts'
import type { Host } from '../host.ts'
import { ensureNodeKey } from '../keystore/node-key.ts'
import { programVersion } from '../version.ts'
import { eventOf } from './api/events.ts'
import { lookCloser } from './api/look-closer.ts'
import { type Api, openApi, type Shown } from './api/server.ts'
import { socketPlace, surroundings } from './api/socket-path.ts'
import type { AgentEvent, AgentStatus } from './api/status.ts'
import { createTally } from './api/tally.ts'
import { createView } from './api/view.ts'
import { type Closing, createClosing } from './closing.ts'
import { createHeads } from './link/heads.ts'
import { systemTimers } from './link/timers.ts'
import type { Log } from './log/log.ts'
import { type Opened, openParts } from './open-parts.ts'
import { placesOf } from './settings-of.ts'
import { createSteering, type Steering } from './steering.ts'
import { openAgentFile } from './store/agent-file.ts'
import { type Wired, wire } from './wire.ts'

export interface AgentStart {
  readonly dataDir: string
  readonly settings: Settings
  readonly host: Host
  /** Called once no other agent has the folder. */
  openLog(): { readonly log: Log; close(): void }
  /** Puts others in the place of the engines: for a node that is to be caught at something. */
  changeEngines?(engines: Engines): Engines
}

export interface RunningAgent {
  status(): AgentStatus
  /** Where its local API is. */
  readonly socket: string
  /** Resolves when a coordinator was joined for the first time. */
  readonly joined: Promise<void>
  /** Resolves when it has ended as it was asked to; fails with what it failed with. */
  readonly ended: Promise<void>
  /** Takes nothing more and ends when nothing is held; `now` does not wait for that. */
  stop(how: 'drained' | 'now'): void
}

/** Fails with DATA_FOLDER_IN_USE where another agent has the folder. */
export async function startAgent(start: AgentStart): Promise<RunningAgent> {
  const closing = createClosing()
  try {
    return await begin(start, closing)
  } catch (error) {
    await closing.close()
    throw error
  }
}

async function begin(start: AgentStart, closing: Closing): Promise<RunningAgent> {
  const { dataDir, settings, host } = start
  const version = programVersion()
  const { key, created } = ensureNodeKey(dataDir, host.randomBytes)
  const { signer, unseal } = key
  // First of all: it keeps a second agent from the folder.
  const { records, kept } = openAgentFile(join(dataDir, 'agent.sqlite'))
  let wired: Wired | null = null
  let isHandedOver = false
  closing.add(records, (it) => (isHandedOver ? undefined : it.close()))
  const { log } = closing.add(start.openLog(), (it) => it.close())
  // Closed after the records: whoever sees its end may start the next agent.
  const api = closing.add<{ api: Api | null }>({ api: null }, (it) => it.api?.close())
  log({ level: 'info', message: 'starting', fields: { pid: process.pid, version } })
  if (created) host.err(`made a node key, ${signer.peerId}: node.key, in ${dataDir}\n`)
  const heads = createHeads(log)
  const places = placesOf(settings)
  const isCoordinator = (peerId: string) => wired?.link.stay?.peerId === peerId
  const parts = {
    dataDir,
    host,
    settings,
    signer,
    unseal,
    places,
    heads,
    isCoordinator,
    log,
    closing,
  }
  const found = await openParts(parts)
  const { engines } = found
  const opened = { ...found, engines: start.changeEngines?.(engines) ?? engines }
  tellBinding(opened, host, log)
  for (const reason of opened.engines.trainer?.notes ?? []) {
    log({ level: 'warning', message: 'an accelerator is not trained with', fields: { reason } })
  }
  isHandedOver = true
  wired = await wire({ ...parts, version, opened, records, kept })
  const { agent, link } = wired
  const steering = createSteering({
    agent,
    link,
    timers: systemTimers,
    log,
    drainMsMax: 1_000 * settings['node.drain_seconds_max'],
  })
  const { shown, stop } = show({ start, version, opened, wired, steering, heads })
  closing.add(stop, (it) => it())
  const place = socketPlace(dataDir, surroundings(host.env))
  api.api = await openApi(place, shown)
  await showMetrics(settings, opened, shown, closing, log)
  await wired.begin()
  const never = new AbortController()
  return {
    status: shown.status,
    socket: place.path,
    joined: link.joined(never.signal).then(() => undefined),
    ended: untilOver(wired, steering, log).finally(() => closing.close()),
    stop: steering.stop,
  }
}

async function untilOver({ agent, link }: Wired, steering: Steering, log: Log): Promise<void> {
  const failure = await Promise.race([steering.over, agent.ended, link.ended])
  if (failure === undefined) {
    log({ level: 'info', message: 'ended', fields: {} })
    return
  }
  const { code, message, hint } = failure
  log({ level: 'error', message: 'ended', fields: { code, reason: message, hint } })
  throw failure
}

function tellBinding({ bound }: Opened, host: Host, log: Log): void {
  const { binding, isNew, endsSoon } = bound
  const until = new Date(binding.expires_at_ms).toISOString()
  if (isNew) {
    host.err(`the owner, ${binding.owner}, signed for this node until ${until}: binding.json\n`)
  }
  if (!endsSoon) return
  log({ level: 'warning', message: 'the word of the owner ends soon', fields: { until } })
}

interface ShowParts {
  readonly start: AgentStart
  readonly version: string
  readonly opened: Opened
  readonly wired: Wired
  readonly steering: Steering
  readonly heads: ReturnType<typeof createHeads>
}

function show(parts: ShowParts): { readonly shown: Shown; stop(): void } {
  const { start, version, opened, wired, steering, heads } = parts
  const { settings, dataDir, host } = start
  const { agent, link, name } = wired
  const tally = createTally(agent)
  const view = createView({
    particulars: {
      peer_id: opened.mesh.peerId,
      name,
      region: settings['node.region'],
      node_type: settings['node.type'],
      owner: opened.bound.binding.owner,
      network: settings['network.name'],
      version,
      pid: process.pid,
      data_dir: dataDir,
      started_at_ms: host.nowMs(),
    },
    agent,
    link,
    heads,
    mesh: opened.mesh,
    store: opened.store,
    tally: tally.read,
    isStopping: () => steering.isStopping,
    nowMs: host.nowMs,
  })
  const closer = lookCloser({ agent, mesh: opened.mesh })
  const shown: Shown = {
    status: view.status,
    details: closer.details,
    control: steering.control,
    onEvent(listener: (event: AgentEvent) => void) {
      return agent.onChange((change) => {
        const event = eventOf(change)
        if (event !== null) listener(event)
      })
    },
  }
  return {
    shown,
    stop() {
      view.stop()
      closer.stop()
      tally.stop()
    },
  }
}

async function showMetrics(
  settings: Settings,
  { mesh }: Opened,
  { status }: Shown,
  closing: Closing,
  log: Log,
): Promise<void> {
  const port = settings['node.metrics_port']
  if (port === null) return
  const { serveMetrics } = await import('./metrics/metrics.ts')
  const counters = () => mesh.counters()
  const { url } = closing.add(await serveMetrics({ port, status, counters }), (it) => it.close())
  log({ level: 'info', message: 'figures are served', fields: { url } })
}
