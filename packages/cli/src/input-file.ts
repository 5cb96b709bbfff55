import { closeSync, constants, openSync, readSync } from 'node:fs'
import { VcpError } from '@vcp/protocol'

const chunkBytes = 65_536

/** The bytes of a file that was named on the command line; reads no more than its bound. */
export function readInputBytes(path: string, bytesMax: number): Uint8Array {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    const file = openSync(path, constants.O_RDONLY)
    try {
      for (let read = -1; read !== 0 && length <= bytesMax; length += read) {
        const chunk = new Uint8Array(Math.min(chunkBytes, bytesMax + 1 - length))
        read = readSync(file, chunk)
        chunks.push(chunk.subarray(0, read))
      }
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    throw new VcpError('INPUT_UNREADABLE', { message: `${path} cannot be read`, cause })
  }
  if (length > bytesMax) {
    throw new VcpError('TOO_LARGE', {
      message: `${path} is too large: at most ${bytesMax} bytes are taken`,
      details: { file: path, bytes_max: bytesMax },
    })
  }
  return Buffer.concat(chunks, length)
}

/** As `readInputBytes`, for text in UTF-8. */
export function readInputFile(path: string, bytesMax: number): string {
  return new TextDecoder().decode(readInputBytes(path, bytesMax))
}

/** As `readInputFile`, for JSON; its form is the caller's to check. */
export function readInputJson(path: string, bytesMax: number): unknown {
  try {
    return JSON.parse(readInputFile(path, bytesMax))
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new VcpError('INVALID', { message: `${path} is not JSON`, cause })
  }
}
