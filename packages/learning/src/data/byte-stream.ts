// Files as streams of chunks, unpacked when they are gzip files.
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { badData } from './data-rejection.ts'

export async function* chunksOf(file: string): AsyncGenerator<Uint8Array> {
  const isPacked = await isGzip(file)
  const source = createReadStream(file, { highWaterMark: 1 << 20 })
  if (!isPacked) {
    yield* source as AsyncIterable<Uint8Array>
    return
  }
  const gunzip = createGunzip()
  // An error of either stream comes out of the iteration below.
  pipeline(source, gunzip, () => undefined)
  yield* gunzip as AsyncIterable<Uint8Array>
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(2), 0, 2, 0)
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await handle.close()
  }
}

/** Reads an exact number of bytes at a time. */
export class ByteSource {
  readonly #chunks: AsyncGenerator<Uint8Array>
  readonly #name: string
  #chunk: Uint8Array = new Uint8Array(0)
  #at = 0

  constructor(chunks: AsyncGenerator<Uint8Array>, name: string) {
    this.#chunks = chunks
    this.#name = name
  }

  async take(count: number): Promise<Uint8Array> {
    const taken = new Uint8Array(count)
    let filled = 0
    while (filled < count) {
      const piece = await this.#next(count - filled)
      if (piece === null) return badData(`${this.#name} ends too early`)
      taken.set(piece, filled)
      filled += piece.length
    }
    return taken
  }

  /** Chunks of whole elements of `width` bytes, `count` bytes in all. */
  async *pieces(count: number, width: number): AsyncGenerator<Uint8Array> {
    for (let left = count; left > 0; ) {
      const size = Math.min(left, (1 << 16) * width)
      yield await this.take(size)
      left -= size
    }
  }

  async isDone(): Promise<boolean> {
    const piece = await this.#next(1)
    return piece === null
  }

  async #next(countMax: number): Promise<Uint8Array | null> {
    while (this.#at === this.#chunk.length) {
      const { value, done } = await this.#chunks.next()
      if (done === true) return null
      this.#chunk = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      this.#at = 0
    }
    const piece = this.#chunk.subarray(this.#at, this.#at + countMax)
    this.#at += piece.length
    return piece
  }
}

/** Lines without their ends; a line that is too long is refused before it is whole. */
export async function* linesOf(file: string, charactersMax = 1 << 24): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  for await (const chunk of chunksOf(file)) {
    const parts = (rest + decode(decoder, chunk, file)).split('\n')
    rest = parts.pop()!
    for (const part of parts) yield part.endsWith('\r') ? part.slice(0, -1) : part
    if (rest.length > charactersMax)
      badData(`${file} has a line of over ${charactersMax} characters`)
  }
  if (rest !== '') yield rest
}

function decode(
  decoder: InstanceType<typeof TextDecoder>,
  chunk: Uint8Array,
  file: string,
): string {
  try {
    return decoder.decode(chunk, { stream: true })
  } catch {
    return badData(`${file} is not UTF-8`)
  }
}
