import type { ChildProcess } from 'node:child_process'
import type { Mesh } from '@vcp/mesh'
import {
  type Envelope,
  encodeCanonical,
  type Nonce,
  signMessage,
  type Telemetry,
  telemetryTopic,
} from '@vcp/protocol'
import { quantile, signers } from './pair.ts'

export interface GossipFigure {
  readonly bytes: number
  /** One way, from before the signing to after the checking. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly burst: number
  readonly perSecond: number
}

/** Within what one peer may hand on at once. */
const burst = 1_500
const steadyPerSecond = 50

const telemetry: Telemetry = {
  cpu_percent: 12.5,
  memory_percent: 40,
  temperature_c: 55,
  latency_ms: 20,
  bandwidth_up_mbps: 400,
  bandwidth_down_mbps: 900,
  battery_percent: null,
  on_mains: true,
  power_watts: null,
  gpus: [],
  consecutive_errors: 0,
  open_assignments: 1,
  breaker: { state: 'closed', reason: null },
}

export async function measureGossip(
  mesh: Mesh,
  peer: ChildProcess,
  seconds: number,
): Promise<GossipFigure> {
  const took: number[] = []
  let wanted = Number.POSITIVE_INFINITY
  let wake = () => {}
  peer.on('message', (ms) => {
    took.push(Number(ms))
    if (took.length >= wanted) wake()
  })
  const heard = (count: number) =>
    new Promise<void>((resolve) => {
      wanted = count
      wake = resolve
      if (took.length >= count) resolve()
    })
  await followed(mesh)

  const steady = seconds * steadyPerSecond
  for (let i = 0; i < steady; i++) {
    await mesh.gossip.publish(telemetryTopic, heartbeat())
    await new Promise((resolve) => setTimeout(resolve, 1_000 / steadyPerSecond))
  }
  await heard(steady)
  const [p50Ms, p99Ms] = [quantile(took, 0.5), quantile(took, 0.99)]

  took.length = 0
  const messages = Array.from({ length: burst }, heartbeat)
  const began = performance.now()
  for (const message of messages) await mesh.gossip.publish(telemetryTopic, message)
  await heard(burst)
  const perSecond = burst / ((performance.now() - began) / 1_000)
  const bytes = encodeCanonical({ ...heartbeat() }).length
  return { bytes, p50Ms, p99Ms, burst, perSecond }
}

/** The moment of its making is its nonce. */
function heartbeat(): Envelope<'heartbeat'> {
  const nonce = process.hrtime.bigint().toString(16).padStart(32, '0') as Nonce
  return signMessage('heartbeat', telemetry, signers.parent, { nonce, atMs: Date.now() })
}

async function followed(mesh: Mesh): Promise<void> {
  while (mesh.gossip.peers(telemetryTopic).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
