// A libp2p host as vcp configures it: the one place that constructs one. Never loaded before one is
// wanted, because libp2p costs half a second of CPU to import.
import type { Libp2p } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { yamux } from '@libp2p/yamux'
import { VcpError } from '@vcp/protocol'
import { createLibp2p } from 'libp2p'
import type { Conduct } from '../conduct.ts'
import type { MeshOptions } from '../mesh-options.ts'
import { createGater } from './gater.ts'
import { defaultNetwork, isNetworkName } from './network.ts'
import { noiseCrypto } from './noise-crypto.ts'
import { privateKeyFrom } from './private-key.ts'
import { profiles } from './profiles.ts'
import { choiceServices, commonServices, patienceMs } from './services.ts'
import { spareWindowUpdates } from './sparing-windows.ts'
import { writingTogether } from './together.ts'
import { transportsFor } from './transports.ts'

/** Enough for a line of 1 Gbit/s with 16 ms; what a paused stream may have to hold. */
const windowBytesMax = 2_097_152

/** Streams opened before the other end has finished with the connection; libp2p's 10 are reset. */
const maxEarlyStreams = 256

/**
 * How often a connection is tried. libp2p's ten seconds, of both ends, cost a coordinator more than
 * the heartbeats of its nodes.
 */
const connectionPingMs = 60_000

export type Host = Libp2p<{
  readonly [Name in keyof ReturnType<typeof commonServices>]: ReturnType<
    ReturnType<typeof commonServices>[Name]
  >
}>

export async function openHost(options: MeshOptions, conduct: Conduct): Promise<Host> {
  const { signer, bootstrap = [], announce = [], relay = false } = options
  const { network = defaultNetwork } = options
  if (!isNetworkName(network)) {
    const message = `${network} is no name of a network: use a-z, 0-9 and -`
    throw new VcpError('CONFIG_VALUE_INVALID', { message })
  }
  spareWindowUpdates()
  const profile = profiles[options.profile]
  const listen = [...(options.listen ?? profile.listen)]
  // Asks relays for a place, so that a host behind a NAT can be reached through them.
  if (profile.reachesOut && !relay) listen.push('/p2p-circuit')
  const choice = { network, profile, relay, conduct }
  const multicast = profile.multicast ? [await multicastIn(network)] : []
  const transports = await transportsFor(listen)
  try {
    const services = { ...(await choiceServices(choice)), ...commonServices(choice) }
    const host = await createLibp2p({
      privateKey: privateKeyFrom(signer),
      start: false,
      addresses: { listen, announce: [...announce] },
      transports,
      connectionEncrypters: [writingTogether(noise({ crypto: noiseCrypto }))],
      streamMuxers: [
        yamux({ streamOptions: { maxStreamWindowSize: windowBytesMax }, maxEarlyStreams }),
      ],
      peerDiscovery: multicast,
      connectionGater: createGater(conduct, profile.dialsPrivate, bootstrap),
      connectionManager: {
        maxConnections: options.connectionsMax ?? profile.connectionsMax,
        inboundConnectionThreshold: profile.connectionsPerSecond,
        maxIncomingPendingConnections: 100,
        dialTimeout: 10_000,
        addressDialTimeout: 5_000,
        inboundUpgradeTimeout: 10_000,
      },
      connectionMonitor: {
        protocolPrefix: network,
        pingInterval: connectionPingMs,
        pingTimeout: { minTimeout: patienceMs, maxTimeout: connectionPingMs },
      },
      services,
    })
    return host as unknown as Host
  } catch (cause) {
    throw new VcpError('LISTEN_FAILED', { message: `not a usable host: ${textOf(cause)}`, cause })
  }
}

async function multicastIn(network: string) {
  const { mdns } = await import('@libp2p/mdns')
  return mdns({ serviceTag: `_${network}-p2p._udp.local` })
}

export async function startHost(host: Host): Promise<void> {
  try {
    await host.start()
  } catch (cause) {
    await host.stop()
    throw new VcpError('LISTEN_FAILED', { message: `cannot listen: ${textOf(cause)}`, cause })
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
