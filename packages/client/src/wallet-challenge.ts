// A message that a wallet is asked to sign. A coordinator could pass on another one's message and
// sign in there as us; so nothing is signed that is not for the place we meant (EIP-4361, section
// "Verifying domain binding").
import { type OwnerAddress, VcpError } from '@vcp/protocol'

export interface Meant {
  /** Where we are signing in. */
  readonly url: string
  readonly address: OwnerAddress
}

/** Fails where the message is not one to sign. */
export function checkChallenge(message: string, { url, address }: Meant): void {
  const [opening = '', named = '', ...rest] = message.split('\n')
  const domain = / ?(\S+) wants you to sign in with your Ethereum account:$/.exec(opening)?.[1]
  if (domain === undefined || opening !== `${domain}${openingWords}`) {
    throw strange(url, 'it is no message for signing in (EIP-4361)')
  }
  if (named.toLowerCase() !== address) throw strange(url, `it is for ${named}, not for ${address}`)
  const uris = rest.filter((line) => line.startsWith('URI: '))
  const hosts = [domain, ...uris.map((line) => hostOf(line.slice('URI: '.length)))]
  const stranger = hosts.find((host) => !isSamePlace(host, new URL(url).host))
  if (uris.length === 1 && stranger === undefined) return
  const place = stranger ?? 'no one place'
  throw new VcpError('COORDINATOR_MISBEHAVED', {
    message: `the coordinator at ${url} asks for a signature that would be good at ${place}`,
    hint: 'Use the address that it names itself by, if you trust it; otherwise do not sign in.',
    details: { url, domain },
  })
}

const openingWords = ' wants you to sign in with your Ethereum account:'

/** On one machine a port is no boundary, and a coordinator may not know which one it was given. */
function isSamePlace(one: string, other: string): boolean {
  return one === other || (isLoopback(one) && isLoopback(other))
}

function isLoopback(host: string): boolean {
  const { hostname } = new URL(`http://${host}`)
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

function hostOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).host : uri
}

function strange(url: string, why: string): VcpError {
  return new VcpError('COORDINATOR_MISBEHAVED', {
    message: `the coordinator at ${url} asks for a signature that is not given: ${why}`,
    details: { url },
  })
}
