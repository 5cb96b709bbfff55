// One entry of a ZIP archive, by its name: stored or deflated, as NumPy writes them.
import type { FileHandle } from 'node:fs/promises'
import { inflateRawSync } from 'node:zlib'
import { badData, tooLarge } from './data-rejection.ts'

const endSignature = 0x06054b50
const entrySignature = 0x02014b50
const localSignature = 0x04034b50
const directoryBytesMax = 1 << 22

/** Unpacks an entry of at most `bytesMax`, whatever the archive claims. */
export async function readZipEntry(
  file: FileHandle,
  name: string,
  where: string,
  bytesMax: number,
): Promise<Uint8Array> {
  const entry = (await directoryOf(file, where)).find((each) => each.name === name)
  if (entry === undefined) return badData(`${where}: there is no ${name} in the archive`)
  if (entry.size > bytesMax || entry.packed > bytesMax)
    tooLarge(`${where} is larger than it may be`)
  const local = await bytesAt(file, entry.offset, 30, where)
  if (local.getUint32(0, true) !== localSignature) badData(`${where}: the archive is damaged`)
  const start = entry.offset + 30 + local.getUint16(26, true) + local.getUint16(28, true)
  const view = await bytesAt(file, start, entry.packed, where)
  const bytes = new Uint8Array(view.buffer)
  const unpacked = entry.method === 0 ? bytes : inflated(bytes, entry, where)
  if (unpacked.length !== entry.size) badData(`${where}: the entry is not as long as it claims`)
  return unpacked
}

interface Entry {
  readonly name: string
  readonly method: number
  readonly packed: number
  readonly size: number
  readonly offset: number
}

function inflated(bytes: Uint8Array, { method, size }: Entry, where: string): Uint8Array {
  if (method !== 8) badData(`${where} is packed by method ${method}: use numpy.savez_compressed`)
  try {
    return inflateRawSync(bytes, { maxOutputLength: Math.max(size, 1) })
  } catch {
    return badData(`${where}: the entry does not unpack to what it claims`)
  }
}

async function directoryOf(file: FileHandle, where: string): Promise<readonly Entry[]> {
  const { size } = await file.stat()
  const tailBytes = Math.min(size, 65_557)
  const tail = await bytesAt(file, size - tailBytes, tailBytes, where)
  let end = tailBytes - 22
  while (end >= 0 && tail.getUint32(end, true) !== endSignature) end -= 1
  if (end < 0) return badData(`${where} is not a ZIP archive`)
  const [count, bytes, offset] = [
    tail.getUint16(end + 10, true),
    tail.getUint32(end + 12, true),
    tail.getUint32(end + 16, true),
  ]
  if (bytes > directoryBytesMax) tooLarge(`${where} has too large a directory`)
  const view = await bytesAt(file, offset, bytes, where)
  const entries: Entry[] = []
  for (let at = 0; entries.length < count && at + 46 <= bytes; ) {
    if (view.getUint32(at, true) !== entrySignature) badData(`${where}: the archive is damaged`)
    const nameBytes = view.getUint16(at + 28, true)
    if (at + 46 + nameBytes > bytes) badData(`${where}: the archive is damaged`)
    entries.push({
      name: new TextDecoder().decode(new Uint8Array(view.buffer, at + 46, nameBytes)),
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    })
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return entries
}

async function bytesAt(
  file: FileHandle,
  offset: number,
  count: number,
  where: string,
): Promise<DataView> {
  const { size } = await file.stat()
  if (offset < 0 || offset + count > size) badData(`${where}: the archive ends too early`)
  const bytes = new Uint8Array(count)
  await file.read(bytes, 0, count, offset)
  return new DataView(bytes.buffer)
}
