import type { PeerId, Signer } from '@vcp/protocol'
import { createConduct } from '../conduct.ts'
import { type Counters, createCounters } from '../counters.ts'
import { ana, ben, eve } from '../testing/keys.ts'
import { rosterOf } from '../testing/roster.ts'
import { createNativeVerify } from '../verify-natively.ts'
import { describeGossip } from './gossip.conformance.ts'
import type { Gossip } from './gossip.ts'
import { createInbox } from './inbox.ts'
import { createGossipHub } from './memory-gossip.ts'

describeGossip('gossip in memory', async () => {
  const hub = createGossipHub()
  const verify = createNativeVerify()
  const members = new Map<PeerId, { gossip: Gossip; counters: Counters }>()
  for (const { peerId } of [ana, ben, eve]) {
    const counters = createCounters()
    const conduct = createConduct(Date.now, () => undefined)
    const roster = rosterOf([ana, ben])
    const inbox = createInbox({ roster, now: Date.now, verify, counters, conduct })
    members.set(peerId, { gossip: hub.join(peerId, inbox), counters })
  }
  const memberOf = ({ peerId }: Signer) => members.get(peerId)!
  return {
    gossipOf: (signer) => memberOf(signer).gossip,
    settled: async () => undefined,
    send: async (from, topic, bytes) => void hub.send(from.peerId, topic, bytes),
    counters: (signer) => memberOf(signer).counters.read(),
  }
})
