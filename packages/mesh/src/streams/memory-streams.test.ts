import { createCounters } from '../counters.ts'
import { ana, ben } from '../testing/keys.ts'
import { createStreamsHub } from './memory-streams.ts'
import { describeStreams } from './streams.conformance.ts'

describeStreams('streams in memory', async () => {
  const hub = createStreamsHub(Date.now)
  const counters = createCounters()
  return {
    one: hub.join(ana.peerId, createCounters()),
    other: hub.join(ben.peerId, counters),
    counters: () => counters.read(),
  }
})
