// TCP, WebSocket and relays always; QUIC where a listen address asks for it and the machine has it.
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { VcpError } from '@vcp/protocol'
import type { Libp2pInit } from 'libp2p'

type Transports = NonNullable<Libp2pInit['transports']>

const quicPackage = '@chainsafe/libp2p-quic'

export async function transportsFor(listen: readonly string[]): Promise<Transports> {
  const transports: Transports = [tcp(), webSockets(), circuitRelayTransport()]
  if (listen.some((address) => address.includes('/quic'))) transports.push(await quic())
  return transports
}

async function quic(): Promise<Transports[number]> {
  // A name that the compiler does not see: the package is not among our dependencies, because it
  // exists for some platforms only, and what is missing for one breaks the installation on it.
  const name: string = quicPackage
  let found: { readonly quic?: () => Transports[number] }
  try {
    found = await import(name)
  } catch (cause) {
    const message = `QUIC is not available: the package ${quicPackage} is not installed`
    throw new VcpError('TRANSPORT_MISSING', { message, cause })
  }
  if (found.quic === undefined) {
    const message = `QUIC is not available: ${quicPackage} has no export \`quic\``
    throw new VcpError('TRANSPORT_MISSING', { message })
  }
  return found.quic()
}
