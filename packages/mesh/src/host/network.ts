// Two networks never mix: the name of a network stands first in the name of every protocol and
// topic, so that peers of different networks have none in common. The names as documented are those
// of the network `vcp`.

export const defaultNetwork = 'vcp'

const documented = '/vcp/'

/** Whether a text can stand as the first part of a protocol's name. */
export function isNetworkName(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,31}$/.test(text)
}

/** A documented name (`/vcp/assign/1`) as one network spells it (`/staging/assign/1`). */
export function nameIn(network: string, name: `/vcp/${string}`): string {
  return `/${network}/${name.slice(documented.length)}`
}
