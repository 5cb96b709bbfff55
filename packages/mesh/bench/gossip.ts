import type { ChildProcess } from 'node:child_process'
import type { Mesh } from '@vcp/mesh'
import { type Envelope, telemetryTopic } from '@vcp/protocol'
import { bytesOf, heartbeatBy } from '../src/testing/messages.ts'
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
  const bytes = bytesOf(heartbeat()).length
  return { bytes, p50Ms, p99Ms, burst, perSecond }
}

/** The moment of its making is its nonce. */
function heartbeat(): Envelope<'heartbeat'> {
  // The peer reads from the nonce when it was made.
  return heartbeatBy(signers.parent, Number(process.hrtime.bigint()), Date.now())
}

async function followed(mesh: Mesh): Promise<void> {
  while (mesh.gossip.peers(telemetryTopic).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
