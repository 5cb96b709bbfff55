// Requests that are broken before there is a request: answered on the bare socket, in the same form
// as every other no.
import type { Socket } from 'node:net'
import type { Fault } from './error-answer.ts'
import { errorAnswer } from './error-answer.ts'

export function answerOnSocket(
  error: { readonly code?: string },
  socket: Socket,
  requestId: string,
): void {
  // Reset by the client, or half of an answer is out already: nothing more can be said.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy()
    return
  }
  const { status, body } = errorAnswer(ofParser[error.code ?? ''] ?? unreadable, requestId)
  const text = JSON.stringify(body)
  const head = [
    `HTTP/1.1 ${status} ${body.error}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(text)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`)
}

const unreadable: Fault = { code: 'REQUEST_MALFORMED', reason: 'the request is not HTTP/1.1' }

const ofParser: Readonly<Record<string, Fault>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    code: 'REQUEST_TIMEOUT',
    reason: 'the request did not come in full in its time',
  },
  HPE_HEADER_OVERFLOW: { code: 'TOO_LARGE', reason: 'the headers are larger than 16 KiB' },
}
