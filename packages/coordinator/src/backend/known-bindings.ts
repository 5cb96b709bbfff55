// Owners' signatures at hand. Each result shows those of its nodes, and nobody but this process
// changes them.
import type { PeerId, SignedNodeBinding } from '@vcp/protocol'

export interface Bindings {
  put(binding: SignedNodeBinding): Promise<void>
  get(peerId: PeerId): Promise<SignedNodeBinding | null>
}

const knownMax = 4_096

/** As the table of them; what was read or written of late is not read again. */
export function createKnownBindings(table: Bindings): Bindings {
  const known = new Map<PeerId, SignedNodeBinding | null>()
  /** Changes so far: what was read before one may not be true after it. */
  let changes = 0

  function remember(peerId: PeerId, binding: SignedNodeBinding | null): void {
    known.delete(peerId)
    const [oldest] = known.size >= knownMax ? known.keys() : []
    if (oldest !== undefined) known.delete(oldest)
    known.set(peerId, binding)
  }

  return {
    async put(binding) {
      changes += 1
      known.delete(binding.peer_id)
      await table.put(binding)
      changes += 1
      remember(binding.peer_id, binding)
    },
    async get(peerId) {
      const here = known.get(peerId)
      if (here !== undefined) return here
      const before = changes
      const binding = await table.get(peerId)
      if (changes === before) remember(peerId, binding)
      return binding
    },
  }
}
