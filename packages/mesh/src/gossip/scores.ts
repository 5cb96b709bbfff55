// How gossipsub thinks of peers. Its defaults do not work: a millisecond in the mesh is worth a
// point, so that an hour there outweighs any number of forgeries, and a topic on which little is
// said condemns whoever says nothing. Here time is worth next to nothing, silence nothing at all, a
// second invalid message is one too many, and what streams and blobs know of a peer counts too.
import type {
  PeerScoreParams,
  PeerScoreThresholds,
  TopicScoreParams,
} from '@libp2p/gossipsub/score'
import type { PeerId } from '@vcp/protocol'
import type { Conduct } from '../conduct.ts'

const topicScore: TopicScoreParams = {
  topicWeight: 0.5,

  timeInMeshWeight: 0.1,
  timeInMeshQuantum: 1_000,
  timeInMeshCap: 10,

  firstMessageDeliveriesWeight: 0.1,
  firstMessageDeliveriesDecay: 0.99,
  firstMessageDeliveriesCap: 20,

  meshMessageDeliveriesWeight: 0,
  meshMessageDeliveriesDecay: 0.5,
  meshMessageDeliveriesCap: 1,
  meshMessageDeliveriesThreshold: 1,
  meshMessageDeliveriesWindow: 10,
  meshMessageDeliveriesActivation: 5_000,

  meshFailurePenaltyWeight: 0,
  meshFailurePenaltyDecay: 0.5,

  // Squared: one is worth -25, which two programs of different versions may earn, two are -100.
  invalidMessageDeliveriesWeight: -50,
  // A tenth is left after five minutes.
  invalidMessageDeliveriesDecay: 0.9924,
}

export const scoreThresholds: PeerScoreThresholds = {
  gossipThreshold: -30,
  publishThreshold: -50,
  graylistThreshold: -80,
  acceptPXThreshold: 100,
  opportunisticGraftThreshold: 1,
}

export function scoreParams(topics: readonly string[], conduct: Conduct): PeerScoreParams {
  return {
    topics: Object.fromEntries(topics.map((topic) => [topic, topicScore])),
    // What can be earned on all topics together must not outweigh a second invalid message.
    topicScoreCap: 10,
    appSpecificScore: (peerId) => conduct.scoreOf(peerId as PeerId),
    appSpecificWeight: 1,
    // Offices and mobile networks put many honest peers behind one address, and every test of a
    // network on one machine puts all of them there.
    IPColocationFactorWeight: -5,
    IPColocationFactorThreshold: 50,
    IPColocationFactorWhitelist: new Set(['127.0.0.1', '::1']),
    // A peer whose event loop is busy breaks promises too: a few are forgiven.
    behaviourPenaltyWeight: -5,
    behaviourPenaltyThreshold: 6,
    behaviourPenaltyDecay: 0.99,
    decayInterval: 1_000,
    decayToZero: 0.01,
    retainScore: 3_600_000,
  }
}
