// What is always in sight of a node: who it is, how it is, whom it works for.
import type { AgentStatus } from '../../agent/api/status.ts'
import { credits } from '../../credits.ts'
import { clock, duration, known, millis, unknown } from '../figures.ts'
import { type Line, line, type Span, shorten, span, spread } from '../text.ts'
import type { NodeFacts } from './facts.ts'

export function nodeHeader({ status, silent, atMs }: NodeFacts, columns: number): readonly Line[] {
  if (status === null) {
    return [line(span(' vcp', 'title'), '  asking the agent'), line(''), line('')]
  }
  const { name, version, uptime_ms: uptimeMs } = status
  const up = silent === null ? `up ${duration(uptimeMs)}` : 'not running'
  const state = silent === null ? stateOf(status) : gone(silent, atMs)
  return [
    spread(line(span(` ${name}`, 'title'), '  ', state), line(`vcp ${version}  ${up} `), columns),
    spread(identity(status, columns), line(span('earned ', 'quiet'), earned(status), ' '), columns),
    spread(coordinator(status), breaker(status), columns),
  ]
}

export function stateOf({ mode, paused_until_ms: untilMs, trouble }: AgentStatus): Span {
  if (trouble !== null) return span(`trouble: ${trouble.message}`, 'bad')
  if (mode === 'active') return span(mode, 'good')
  if (mode === 'paused') {
    return span(untilMs === null ? 'paused' : `paused until ${clock(untilMs)} UTC`, 'warn')
  }
  return span(mode === 'safe_mode' ? 'safe mode' : mode, 'warn')
}

function gone({ sinceMs, reason }: NonNullable<NodeFacts['silent']>, atMs: number): Span {
  return span(`no answer for ${duration(atMs - sinceMs)}: ${reason}`, 'bad')
}

function identity({ peer_id: peerId, owner, peers }: AgentStatus, columns: number): Line {
  const length = columns >= 150 ? 52 : 13
  return line(
    span(' node ', 'quiet'),
    shorten(peerId, length),
    span('  owner ', 'quiet'),
    owner === null ? 'an account' : shorten(owner, columns >= 150 ? 42 : 13),
    span('  peers ', 'quiet'),
    String(peers.connected),
    span('  NAT ', 'quiet'),
    peers.nat === 'unknown' ? unknown : peers.nat,
  )
}

function earned({ earned_micro: micro }: AgentStatus): Span {
  return known(micro, credits)
}

function coordinator({ coordinators, latency_ms: latencyMs }: AgentStatus): Line {
  const joined = coordinators.find(({ state }) => state === 'joined')
  if (joined !== undefined) {
    const trip = known(latencyMs, (ms) => `round trip ${millis(ms)}`)
    return line(` ${joined.place} `, span('joined', 'good'), '  ', trip)
  }
  const failed = coordinators.find(({ reason }) => reason !== null)
  if (failed === undefined) return line(span(' no coordinator is joined yet', 'warn'))
  return line(` ${failed.place} `, span(`${failed.state}: ${failed.reason?.message}`, 'bad'))
}

function breaker({ breaker: { state, text } }: AgentStatus): Line {
  const tone = state === 'closed' ? 'good' : 'bad'
  const reason = text === null ? '' : `: ${text}`
  return line(span('breaker ', 'quiet'), span(`${state.replace('_', ' ')}${reason} `, tone))
}
