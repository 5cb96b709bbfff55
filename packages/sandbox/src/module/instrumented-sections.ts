// Sections of bytes that the instrumenter wrote and the engine has validated: they need no doubt.
import { Reader } from './reader.ts'

export type Sections = ReadonlyMap<number, Reader>

const HEADER_BYTES = 8

/** A reader of each section's content, by its number. */
export function sectionsOf(bytes: Uint8Array): Sections {
  const sections = new Map<number, Reader>()
  const reader = new Reader(bytes, HEADER_BYTES)
  while (!reader.done) {
    const id = reader.u8()
    const length = reader.u32()
    sections.set(id, new Reader(bytes, reader.pos, reader.pos + length))
    reader.skip(length)
  }
  return sections
}

/** The items of a counted list; none where there is no section. */
export function list<Item>(reader: Reader | undefined, read: (reader: Reader) => Item): Item[] {
  if (reader === undefined) return []
  return Array.from({ length: reader.u32() }, () => read(reader))
}
