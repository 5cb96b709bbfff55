// A coordinator played by a test, at the other end of memory hubs: it says what it is told to say,
// and remembers what it was asked.
import {
  type Counts,
  createConduct,
  createCounters,
  createGossipHub,
  createInbox,
  createStreamsHub,
  type Mesh,
  type Peers,
} from '@vcp/mesh'
import {
  type JoinAsk,
  joinProtocol,
  makeCheckpoint,
  type NodeInfo,
  noteVerifier,
  type Outcome,
  type PeerId,
  pass,
  publicKeyOf,
  type Report,
  reportProtocol,
  type Signer,
  telemetryTopic,
  VcpError,
  verifyEd25519,
  writeVerifierKey,
} from '@vcp/protocol'

/** A network in memory, in which a test connects and cuts. */
export interface MemoryNetwork {
  /** A host; reached at `/memory/<peer id>` while it is up. */
  host(signer: Signer, isCoordinator: (peerId: PeerId) => boolean): MemoryHost
}

export interface MemoryHost {
  readonly mesh: Mesh
  /** Nobody can connect to it, and who was connected is not. */
  isUp: boolean
}

export function createMemoryNetwork(now: () => number = Date.now): MemoryNetwork {
  const streams = createStreamsHub(now)
  const gossip = createGossipHub()
  const hosts = new Map<PeerId, { isUp: boolean; cut(peerId: PeerId): void }>()
  return {
    host(signer, isCoordinator) {
      const { peerId } = signer
      const listeners = new Set<Parameters<Peers['onChange']>[0]>()
      const connected = new Set<PeerId>()
      let isUp = true
      const counters = createCounters()
      const log = { ...logOf(), size: -1 }
      const roster = { isNode: () => true, isCoordinator, log }
      const conduct = createConduct(now, () => undefined)
      const inbox = createInbox({ roster, now, verify: verifyEd25519, counters, conduct })
      const reach = (other: PeerId) => {
        if (hosts.get(other)?.isUp === true) return other
        throw new VcpError('PEER_UNREACHABLE', { message: `${other} is not up` })
      }
      const joinedStreams = streams.join(peerId, counters)
      const peers: Peers = {
        addresses: () => [addressOf(peerId)],
        reach: () => 'unknown',
        connected: () => [...connected],
        connections: () => [],
        async connect(address) {
          const other = reach(address.split('/').at(-1) as PeerId)
          connected.add(other)
          for (const listener of listeners) listener({ peerId: other, isConnected: true })
          return other
        },
        keep: () => () => undefined,
        disconnect: async (other) => cut(other),
        disconnectOlder: () => undefined,
        onChange(listener) {
          listeners.add(listener)
          return () => void listeners.delete(listener)
        },
        async ping(other) {
          reach(other)
          return 1
        },
        conductOf: () => 0,
        blame: () => undefined,
      }
      function cut(other: PeerId): void {
        if (!connected.delete(other)) return
        for (const listener of listeners) listener({ peerId: other, isConnected: false })
      }
      const mesh: Mesh = {
        peerId,
        gossip: gossip.join(peerId, inbox),
        streams: {
          serve: joinedStreams.serve,
          ask: async (other, ...rest) => joinedStreams.ask(reach(other), ...rest),
        },
        peers,
        counters: (): Counts => counters.read(),
        stop: async () => undefined,
      }
      const host = {
        mesh,
        get isUp() {
          return isUp
        },
        set isUp(up: boolean) {
          isUp = up
          if (!up) for (const other of hosts.values()) other.cut(peerId)
        },
        cut,
      }
      hosts.set(peerId, host)
      return host
    },
  }
}

export function addressOf(peerId: PeerId): string {
  return `/memory/${peerId}`
}

const logOrigin = 'coordinator.invalid/log'

export function logOf(signer?: Signer) {
  const key = signer === undefined ? new Uint8Array(32) : publicKeyOf(signer.peerId)!
  return { origin: logOrigin, verifier: noteVerifier(logOrigin, key) }
}

/** The head of a log, as it is gossiped. */
export function headOf(signer: Signer, treeSize: number, rootByte: string) {
  const rootHash = rootByte.repeat(64) as Parameters<typeof makeCheckpoint>[0]['rootHash']
  const note = makeCheckpoint({ origin: logOrigin, treeSize, rootHash }, signer)
  return { note, checkpoint: { origin: logOrigin, treeSize, rootHash, extensions: [] } }
}

export interface ScriptedCoordinator {
  readonly host: MemoryHost
  readonly peerId: PeerId
  readonly asked: JoinAsk[]
  readonly reports: Report[]
  readonly beats: number
  /** What the next answers are; null: yes. */
  refuseJoin: Outcome<never> | null
  answerReport: (report: Report) => Outcome<null> | Promise<Outcome<null>>
  refuseBeat: Outcome<never> | null
}

export async function scriptedCoordinator(
  network: MemoryNetwork,
  signer: Signer,
  { logSigner = signer, heartbeatMs = 1_000, network: name = 'local', followsGossip = true } = {},
): Promise<ScriptedCoordinator> {
  const host = network.host(signer, () => false)
  const { streams, gossip } = host.mesh
  let beats = 0
  const scripted: ScriptedCoordinator = {
    host,
    peerId: signer.peerId,
    asked: [],
    reports: [],
    get beats() {
      return beats
    },
    refuseJoin: null,
    refuseBeat: null,
    answerReport: () => pass(null),
  }
  if (followsGossip) gossip.subscribe(telemetryTopic, () => void beats++)
  await streams.serve(joinProtocol, async (ask, from) => {
    scripted.asked.push(ask)
    const at_ms = Date.now()
    if (ask.ask === 'register') {
      if (scripted.refuseJoin !== null) return scripted.refuseJoin
      const terms = {
        network: name,
        http_url: null,
        log_key: writeVerifierKey(logOf(logSigner).verifier),
        heartbeat_ms: heartbeatMs,
        lease_ms: 30_000,
        at_ms,
      }
      const node = nodeInfo(from, ask.registration.payload)
      return pass({ answered: 'registered', node, terms })
    }
    if (scripted.refuseBeat !== null) return scripted.refuseBeat
    const mode = ask.ask === 'mode' ? ask.mode : 'active'
    return pass({ answered: 'heard', peer_id: from, mode, at_ms, earned_micro: 2_000_000 })
  })
  await streams.serve(reportProtocol, async (report) => {
    scripted.reports.push(report)
    const answer = await scripted.answerReport(report)
    return answer.ok ? pass({ kept: true } as const) : answer
  })
  return scripted
}

function nodeInfo(
  peerId: PeerId,
  registration: Pick<NodeInfo, 'node_id' | 'region' | 'node_type' | 'capabilities'>,
): NodeInfo {
  const { node_id, region, node_type, capabilities } = registration
  const moment = '2026-01-01T00:00:00.000Z'
  return {
    node_id,
    region,
    node_type,
    capabilities,
    peer_id: peerId,
    owner_id: '01900000-0000-7000-8000-00000000000a' as NodeInfo['owner_id'],
    owner_address: null,
    health_score: null,
    status: 'online',
    mode: 'active',
    record: { succeeded: 0, failed: 0, disputes_lost: 0 },
    open_assignments: 0,
    registered_at: moment,
    last_seen: moment,
  }
}
