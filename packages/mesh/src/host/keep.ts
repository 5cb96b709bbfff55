// Stays connected to an address: dials again whenever the connection is lost, at once at first,
// then ever more rarely. A coordinator that restarts finds its nodes back without their programs
// knowing.
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { type PeerId, VcpError } from '@vcp/protocol'
import type { Host } from './open-host.ts'

const firstWaitMs = 250
const lastWaitMs = 30_000

export interface Keeper {
  /** Keeps the connection to a multiaddr with a peer id. The answer ends that. */
  keep(address: string): () => void
  stop(): void
}

export function createKeeper(host: Host): Keeper {
  const kept = new Set<{ stop(): void }>()

  function keep(address: string): () => void {
    const target = multiaddr(address)
    const peerId = peerIdIn(address)
    let timer: NodeJS.Timeout | undefined
    let waitMs = firstWaitMs
    let isEnded = false
    let isDialling = false

    async function dial(): Promise<void> {
      if (isEnded || isDialling) return
      isDialling = true
      const isConnected = await host.dial(target).then(
        () => true,
        () => false,
      )
      isDialling = false
      if (isConnected) waitMs = firstWaitMs
      else dialLater()
    }

    function dialLater(): void {
      if (isEnded) return
      clearTimeout(timer)
      // Half of it by chance, so that a thousand nodes do not all come back at the same moment.
      timer = setTimeout(() => void dial(), waitMs * (0.5 + Math.random() / 2))
      waitMs = Math.min(lastWaitMs, waitMs * 2)
    }

    function onDisconnect(event: CustomEvent<{ toString(): string }>): void {
      if (event.detail.toString() === peerId) dialLater()
    }

    const one = {
      stop() {
        isEnded = true
        clearTimeout(timer)
        host.removeEventListener('peer:disconnect', onDisconnect)
        kept.delete(one)
      },
    }
    kept.add(one)
    host.addEventListener('peer:disconnect', onDisconnect)
    void dial()
    return one.stop
  }

  return {
    keep,
    stop() {
      for (const one of kept) one.stop()
    },
  }
}

/** The peer that a multiaddr ends at. */
export function peerIdIn(address: string): PeerId {
  const text = /\/p2p\/([^/]+)$/.exec(address)?.[1]
  try {
    return peerIdFromString(text ?? '').toString() as PeerId
  } catch (cause) {
    const message = `${address} does not end in the /p2p/... of a peer`
    throw new VcpError('CONFIG_VALUE_INVALID', { message, cause })
  }
}
