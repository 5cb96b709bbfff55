// What is signed in a round of secure aggregation, and what all of its nodes have to have seen
// alike. The messages themselves are words of the protocol.
import { type Advert, type Digest, digestOf, encodeCanonical, type PeerId } from '@vcp/protocol'

/** What a node signs of its keys. */
export function advertBytes({ signature: _, ...signed }: Advert): Uint8Array {
  return encodeCanonical(['vcp/secure/advert/1', signed])
}

/** A name for everything that all nodes have to have seen alike. */
export function rosterDigest(adverts: readonly Advert[]): Digest {
  const inOrder = [...adverts].sort((one, other) => (one.peer_id < other.peer_id ? -1 : 1))
  return digestOf(
    'vcp/secure/roster/1',
    inOrder.map(({ signature: _, ...each }) => each),
  )
}

/** What a node signs before it opens anything: whose words arrived, in this round, with these keys.
 *  */
export function survivorBytes(roster: Digest, survivors: readonly PeerId[]): Uint8Array {
  return encodeCanonical(['vcp/secure/survivors/1', { roster, survivors: [...survivors].sort() }])
}
