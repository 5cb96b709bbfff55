// Gossip as the rest of vcp sees it: typed messages on the topics of the protocol. What arrives at
// a handler was within its bound, canonical, of its schema, rightly signed, fresh and new.
import type { PeerId, Topic } from '@vcp/protocol'

export interface Gossip {
  /**
   * Sends a message to whoever follows the topic, and says to how many peers it was handed. Fails
   * with `TOO_LARGE` above the topic's bound. Who publishes does not get its own message.
   */
  publish<Message>(topic: Topic<Message>, message: Message): Promise<number>
  /** Follows a topic; who follows it forwards it too. The answer ends that. */
  subscribe<Message>(topic: Topic<Message>, handler: (message: Message) => void): () => void
  /** The peers known to follow a topic. */
  peers<Message>(topic: Topic<Message>): readonly PeerId[]
}
