import { type Topic, VcpError } from '@vcp/protocol'

/** The bytes of a message, checked here because gossip drops what is too large without a word. */
export function boundedBytes<Message>(topic: Topic<Message>, message: Message): Uint8Array {
  const bytes = topic.write(message)
  if (bytes.length <= topic.bytesMax) return bytes
  throw new VcpError('TOO_LARGE', {
    message: `a message of ${bytes.length} bytes for ${topic.name}; at most ${topic.bytesMax} go`,
    details: { topic: topic.name, bytes: bytes.length, bytesMax: topic.bytesMax },
  })
}
