// Files that were named on the command line. They may be pipes that somebody else still writes, so
// reading never blocks: Ctrl-C works while it waits.
import { open } from 'node:fs/promises'
import { VcpError } from '@vcp/protocol'

const chunkBytes = 65_536

/** The bytes of a file; reads no more than its bound. */
export async function readInputBytes(path: string, bytesMax: number): Promise<Uint8Array> {
  const bytes = await readUpTo(path, bytesMax + 1).catch((cause: unknown) => {
    throw new VcpError('INPUT_UNREADABLE', { message: `${path} cannot be read`, cause })
  })
  if (bytes.length <= bytesMax) return bytes
  throw new VcpError('TOO_LARGE', {
    message: `${path} is too large: at most ${bytesMax} bytes are taken`,
    details: { file: path, bytes_max: bytesMax },
  })
}

/** As `readInputBytes`, for text in UTF-8. */
export async function readInputFile(path: string, bytesMax: number): Promise<string> {
  return new TextDecoder().decode(await readInputBytes(path, bytesMax))
}

/** As `readInputFile`, for JSON; its form is the caller's to check. */
export async function readInputJson(path: string, bytesMax: number): Promise<unknown> {
  try {
    return JSON.parse(await readInputFile(path, bytesMax))
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new VcpError('INVALID', { message: `${path} is not JSON`, cause })
  }
}

async function readUpTo(path: string, bytesMax: number): Promise<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const chunks: Uint8Array[] = []
    let length = 0
    for (let read = -1; read !== 0 && length < bytesMax; length += read) {
      const chunk = new Uint8Array(Math.min(chunkBytes, bytesMax - length))
      read = (await file.read(chunk)).bytesRead
      chunks.push(chunk.subarray(0, read))
    }
    return Buffer.concat(chunks, length)
  } finally {
    await file.close()
  }
}
