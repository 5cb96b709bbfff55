// Whether others can reach a host by itself, or it sits behind a NAT, as far as anybody has told.
// libp2p tells its AutoNAT's verdict by one thing alone: a public address is listed once it was
// confirmed from outside, or the router has mapped it.
import { isPrivate } from '@libp2p/utils'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'

export type Reach = 'public' | 'private' | 'unknown'

export interface Seen {
  /** What the host says others reach it by. */
  readonly addresses: readonly string[]
  /** Where peers say that its connections come from. */
  readonly observed: readonly string[]
  /** The IPs of this machine. */
  readonly ownIps: readonly string[]
}

export function reachOf({ addresses, observed, ownIps }: Seen): Reach {
  const isConfirmed = addresses.map((text) => multiaddr(text)).some(isPublic)
  if (isConfirmed) return 'public'
  const isTranslated = observed
    .map((text) => multiaddr(text))
    .some((address) => isPublic(address) && !ownIps.includes(ipOf(address) ?? ''))
  return isTranslated ? 'private' : 'unknown'
}

/** Of the host itself: what leads through a relay says where the relay is. */
function isPublic(address: Multiaddr): boolean {
  const isRelayed = address.getComponents().some(({ name }) => name === 'p2p-circuit')
  return !isRelayed && ipOf(address) !== null && !isPrivate(address)
}

function ipOf(address: Multiaddr): string | null {
  const [first] = address.getComponents()
  return first?.name === 'ip4' || first?.name === 'ip6' ? (first.value ?? null) : null
}
