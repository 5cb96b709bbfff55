// What a wallet may be asked to sign (EIP-4361, section "Verifying domain binding").

const openingWords = ' wants you to sign in with your Ethereum account:'

/**
 * What is wrong with a message that we were given to sign, or null. Signed for another place, it
 * would let whoever gave it to us in there.
 */
export function challengeFault(message: string, address: string, host: string): string | null {
  const [opening = '', named = '', ...rest] = message.split('\n')
  if (!opening.endsWith(openingWords)) return 'it is no message for signing in (EIP-4361)'
  if (named.toLowerCase() !== address) return `it is for ${named}, not for ${address}`
  const uris = rest.filter((line) => line.startsWith('URI: ')).map((line) => line.slice(5))
  const hosts = [opening.slice(0, -openingWords.length), ...uris.map(hostOf)]
  const stranger = hosts.find((each) => !isSamePlace(each, host))
  if (uris.length !== 1) return 'it names no one place'
  return stranger === undefined ? null : `the signature would be good at ${stranger}`
}

/** On one machine a port is no boundary, and a coordinator may not know which one it was given. */
function isSamePlace(one: string, other: string): boolean {
  return one === other || (isLoopback(one) && isLoopback(other))
}

function isLoopback(host: string): boolean {
  if (!URL.canParse(`http://${host}`)) return false
  const { hostname } = new URL(`http://${host}`)
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

function hostOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).host : uri
}
