// What one turn of the event loop has to say to a peer goes out together. Each frame of a stream is
// encrypted and written by itself, and a coordinator that hears from its disk answers a node
// several times and offers it more, all in one turn: a call of the system for each took 6 % of its
// time.
import { Socket } from 'node:net'
import type { ConnectionEncrypter, MultiaddrConnection } from '@libp2p/interface'

/** What writes to a socket, beside what its type shows. */
interface Writing {
  readonly socket?: unknown
  sendData(data: unknown): unknown
}

/** As the encrypter, over connections that write once a turn. */
export function writingTogether<Components>(
  make: (components: Components) => ConnectionEncrypter,
): (components: Components) => ConnectionEncrypter {
  return (components) => {
    const encrypter = make(components)
    const { secureInbound, secureOutbound } = encrypter
    encrypter.secureInbound = (connection, options) => {
      return secureInbound.call(encrypter, together(connection), options)
    }
    encrypter.secureOutbound = (connection, options) => {
      return secureOutbound.call(encrypter, together(connection), options)
    }
    return encrypter
  }
}

/** The same connection; one that is no socket, such as that through a relay, stays as it is. */
export function together<Connection extends Pick<MultiaddrConnection, 'send'>>(
  connection: Connection,
): Connection {
  const writing = connection as unknown as Writing
  const { socket, sendData } = writing
  if (!(socket instanceof Socket)) return connection
  let isHeld = false
  writing.sendData = (data) => {
    if (!isHeld) {
      isHeld = true
      socket.cork()
      // After all that was ready when this turn began, and all that follows from it at once.
      process.nextTick(() => {
        isHeld = false
        socket.uncork()
      })
    }
    return sendData.call(writing, data)
  }
  return connection
}
