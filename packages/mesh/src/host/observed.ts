// Where peers say that this host's connections come from, of the last few that said so.
import type { Host } from './open-host.ts'

const kept = 16

export function createObserved(host: Host): () => readonly string[] {
  const byPeer = new Map<string, string>()
  host.addEventListener('peer:identify', ({ detail: { peerId, observedAddr, connection } }) => {
    // Through a relay a peer sees the relay.
    if (observedAddr === undefined || connection.limits !== undefined) return
    const name = peerId.toString()
    byPeer.delete(name)
    byPeer.set(name, observedAddr.toString())
    const [oldest] = byPeer.size > kept ? byPeer.keys() : []
    if (oldest !== undefined) byPeer.delete(oldest)
  })
  return () => [...byPeer.values()]
}
