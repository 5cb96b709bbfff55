// Where an operator says that a coordinator is, and how far a network goes that has it there.
import type { ProfileName } from '@vcp/mesh'

/** A URL stays the same when the coordinator behind it moves; a multiaddr is one peer for good. */
export type Place =
  | { readonly kind: 'url'; readonly text: string }
  | { readonly kind: 'address'; readonly text: string }

export function placeOf(text: string): Place {
  if (text.startsWith('/')) return { kind: 'address', text }
  return { kind: 'url', text: text.replace(/\/$/, '') }
}

/** As far as the farthest of them is away. */
export function reachOf(places: readonly Place[]): ProfileName {
  const reaches = places.map((place) => reachOfHost(hostOf(place)))
  return reaches.includes('internet') ? 'internet' : reaches.includes('lan') ? 'lan' : 'loopback'
}

function hostOf({ kind, text }: Place): string {
  if (kind === 'url') return new URL(text).hostname.replace(/^\[|\]$/g, '')
  return /^\/(?:ip4|ip6|dns[46]?|dnsaddr)\/([^/]+)/.exec(text)?.[1] ?? ''
}

function reachOfHost(host: string): ProfileName {
  if (/^(localhost|127(\.\d+){3}|::1)$/.test(host)) return 'loopback'
  if (/^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)/.test(host)) return 'lan'
  // Unique local and link-local.
  if (/^(f[cd]|fe[89ab])[0-9a-f]*:/i.test(host)) return 'lan'
  const isName = /[a-z]/i.test(host) && !host.includes(':')
  return isName && (!host.includes('.') || /\.(local|lan|home|internal)$/.test(host))
    ? 'lan'
    : 'internet'
}
