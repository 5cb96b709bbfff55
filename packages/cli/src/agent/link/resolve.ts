// From the place of a coordinator to the multiaddrs at which its peer is now.
import { CoordinatorHealth, parse, VcpError } from '@vcp/protocol'
import { askCoordinator } from '../../doctor/ask-coordinator.ts'
import type { Place } from './place.ts'

export interface Resolved {
  /** With peer ids, the likeliest first. */
  readonly addresses: readonly string[]
  /** What its clock is ahead of ours, to a second; null: nobody has said. */
  readonly aheadMs: number | null
}

/** Fails with COORDINATOR_UNREACHABLE or COORDINATOR_MISBEHAVED. */
export type Resolve = (place: Place, signal: AbortSignal) => Promise<Resolved>

const timeoutMs = 5_000

export function createResolve(nowMs: () => number): Resolve {
  return async (place, signal) => {
    if (place.kind === 'address') return { addresses: [place.text], aheadMs: null }
    const url = place.text
    const answer = await askCoordinator({ url, timeoutMs, signal, nowMs })
    signal.throwIfAborted()
    if (answer.kind === 'silent') {
      const message = `nothing answers at ${url}: ${answer.message}`
      throw new VcpError('COORDINATOR_UNREACHABLE', { message, details: { url } })
    }
    const mesh = meshOf(url, answer.body)
    const aheadMs = answer.dateMs === null ? null : answer.dateMs - answer.midwayMs
    return { addresses: likeliestFirst(mesh.addresses, url), aheadMs }
  }
}

function meshOf(url: string, body: string | null) {
  const details = { url }
  const health = parse(CoordinatorHealth, jsonOf(body))
  if (!health.ok) {
    const message = `what answers at ${url} is no coordinator of this version: ${health.reason}`
    throw new VcpError('COORDINATOR_MISBEHAVED', { message, details })
  }
  const { mesh, reason } = health.value
  if (mesh !== null && mesh.addresses.length > 0) return mesh
  const message = `the coordinator at ${url} takes no nodes: ${reason ?? 'it keeps no mesh'}`
  throw new VcpError('COORDINATOR_UNREACHABLE', {
    message,
    hint: 'Its operator has to set mesh.enabled and mesh.listen; ask who runs it.',
    details,
  })
}

function jsonOf(body: string | null): unknown {
  try {
    return JSON.parse(body ?? '')
  } catch {
    return null
  }
}

/** The interface by which its HTTP is reached is that by which its mesh will be. */
function likeliestFirst(addresses: readonly string[], url: string): readonly string[] {
  const { hostname } = new URL(url)
  const host = hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, '')
  const isHere = (address: string) => address.split('/')[2] === host
  return [...addresses.filter(isHere), ...addresses.filter((address) => !isHere(address))]
}
