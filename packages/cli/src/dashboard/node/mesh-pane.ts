import type { ConnectedPeer, MeshStatus } from '../../agent/api/details.ts'
import { type Described, describedLines } from '../described.ts'
import { count, duration, known, millis, unknown } from '../figures.ts'
import type { Pane } from '../pane.ts'
import type { Column, TableRow } from '../table.ts'
import { type Line, line, type Span, shorten, span } from '../text.ts'
import type { NodeFacts } from './facts.ts'

const columns: readonly Column[] = [
  { title: 'PEER', width: 14, below: 130 },
  { title: 'PEER', width: 52, from: 130 },
  { title: 'IS', width: 11 },
  { title: 'WAY', width: 8 },
  { title: 'ROUND TRIP', width: 10, isRight: true },
  { title: 'FOR', width: 9, isRight: true },
  { title: 'ADDRESS', width: 'rest' },
]

export const meshPane: Pane<NodeFacts> = {
  words: ['mesh', 'peers'],
  title: 'Mesh',
  above: (facts) => {
    if (facts.mesh === null) return []
    const { status } = facts.mesh
    const id = facts.status?.peer_id ?? ''
    const addresses = (facts.status?.peers.addresses ?? []).map((each) => placeOf(each, id))
    return [
      line(span('  reached at ', 'quiet'), addresses.join('  ') || 'nowhere: it only dials out'),
      ...status.topics.map((topic) => topicLine(topic, facts.heardPerSecond)),
      line(span('  connections ', 'quiet'), String(status.connections_in_all), ...amiss(status)),
      [],
    ]
  },
  table: {
    columns,
    rows: (facts) => (facts.mesh?.status.connections ?? []).map((peer) => rowOf(peer, facts)),
    empty: ({ mesh }) => (mesh === null ? 'not asked yet' : 'connected to nobody'),
    describe(facts, key, width) {
      const peer = facts.mesh?.status.connections.find((each) => keyOf(each) === key)
      return peer === undefined ? null : described(peer, facts, width)
    },
    logged: (key) => key.split(' ')[0] ?? '',
  },
}

function topicLine(
  { name, heard, followers }: MeshStatus['topics'][number],
  rates: NodeFacts['heardPerSecond'],
): Line {
  const rate = rates?.[name]
  return line(
    span(`  ${name.padEnd(20)}`, 'code'),
    rate === undefined ? span('  rate unknown', 'quiet') : `${rate.toFixed(1).padStart(8)}/s`,
    span('  heard ', 'quiet'),
    count(heard).padEnd(7),
    span(' followed by ', 'quiet'),
    String(followers),
  )
}

/** What was dropped or refused, where anything was. */
function amiss({ counters }: MeshStatus): (Span | string)[] {
  const bad = Object.entries(counters).filter(([name]) => /drop|reject|shunned|haste/.test(name))
  if (bad.length === 0) return [span('  dropped or rejected ', 'quiet'), 'nothing']
  const text = bad.map(([name, times]) => `${times} ${name}`).join(', ')
  return [span('  dropped or rejected ', 'quiet'), span(text, 'warn')]
}

/** `127.0.0.1:8421` where it is that simple; who is there is said elsewhere. */
function placeOf(address: string, id: string): string {
  const bare = address.replace(`/p2p/${id}`, '')
  return bare.replace(/^\/ip4\/([^/]+)\/tcp\/(\d+)$/, '$1:$2')
}

/** A peer may have several connections. */
function keyOf({ peer_id: id, address }: ConnectedPeer): string {
  return `${id} ${address}`
}

function rowOf(peer: ConnectedPeer, facts: NodeFacts): TableRow {
  const { peer_id: id, address } = peer
  return {
    key: keyOf(peer),
    cells: [
      span(shorten(id, 14)),
      span(id),
      span(roleOf(peer, facts)),
      peer.is_relayed ? span('relayed', 'warn') : span('direct'),
      known(peer.round_trip_ms, millis),
      span(duration(facts.atMs - peer.opened_at_ms)),
      span(placeOf(address, id)),
    ],
  }
}

function roleOf({ peer_id: id }: ConnectedPeer, { status }: NodeFacts): string {
  const known = status?.coordinators.some(({ peer_id: peer }) => peer === id) === true
  return known ? 'coordinator' : 'peer'
}

function described(peer: ConnectedPeer, facts: NodeFacts, width: number): readonly Line[] {
  const rows: readonly Described[] = [
    ['peer', peer.peer_id],
    ['is', roleOf(peer, facts)],
    ['address', peer.address],
    ['dialled by', peer.is_ours ? 'this node' : 'the peer'],
    ['way', peer.is_relayed ? 'through a relay' : 'direct'],
    ['round trip', peer.round_trip_ms === null ? unknown : millis(peer.round_trip_ms)],
    ['open for', duration(facts.atMs - peer.opened_at_ms)],
  ]
  return describedLines(rows, width)
}
