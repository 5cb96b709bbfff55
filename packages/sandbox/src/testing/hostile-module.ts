// What a hostile module is, and the few ways to make one. Bytes are made on demand: some are
// megabytes.
import type { RejectionCode } from '../module/rejection.ts'
import { unsigned } from './assemble.ts'
import { ModuleBuilder, moduleOf } from './module-builder.ts'

/** A module that is refused. */
export interface HostileModule {
  readonly name: string
  readonly code: RejectionCode
  /** What the refusal says, where that is more than the code. */
  readonly detail?: string
  readonly bytes: () => Uint8Array
}

export const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

export function built(build: (module: ModuleBuilder) => void): () => Uint8Array {
  return () => {
    const module = new ModuleBuilder()
    build(module)
    return module.bytes()
  }
}

/** A function of `() -> ()` with this body, its `end` added. */
export function body(...bytes: number[]): () => Uint8Array {
  return () => moduleOf({ body: [...bytes, 0x0b] })
}

/** The header and these bytes. */
export function afterHeader(...bytes: number[]): () => Uint8Array {
  return () => Uint8Array.from([...header, ...bytes])
}

/** The header and one section, as long as it claims to be. */
export function section(id: number, ...content: number[]): () => Uint8Array {
  return afterHeader(id, ...unsigned(content.length), ...content)
}

/** Sections given as pieces, each a list of bytes or a list so often repeated. */
export function sections(...given: readonly (readonly [id: number, ...Piece[]])[]): Uint8Array {
  const pieces = given.flatMap(([id, ...content]) => {
    const parts = content.map(bytesOf)
    return [Uint8Array.from([id, ...unsigned(lengthOf(parts))]), ...parts]
  })
  return joined([Uint8Array.from(header), ...pieces])
}

export type Piece = readonly number[] | Repeated | Uint8Array

interface Repeated {
  readonly times: number
  readonly bytes: readonly number[]
}

/** A list of so many equal items, with its length in front. */
export function listOf(times: number, ...bytes: number[]): [readonly number[], Repeated] {
  return [unsigned(times), { times, bytes }]
}

export function bytesOf(piece: Piece): Uint8Array {
  if (piece instanceof Uint8Array) return piece
  if (!('times' in piece)) return Uint8Array.from(piece)
  const { times, bytes } = piece
  const all = new Uint8Array(times * bytes.length)
  for (let at = 0; at < all.length; at++) all[at] = bytes[at % bytes.length]!
  return all
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(lengthOf(parts))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0)
}

/** The code section's part for one body: its size, no locals, the pieces, `end`. */
export function sizedBody(locals: readonly number[], ...pieces: Piece[]): Uint8Array {
  const parts = [Uint8Array.from(locals), ...pieces.map(bytesOf), Uint8Array.of(0x0b)]
  return joined([Uint8Array.from(unsigned(lengthOf(parts))), ...parts])
}

/** A module of functions `() -> ()` with these bodies. */
export function functionsOf(...bodies: Uint8Array[]): Uint8Array {
  return sections(
    [1, [1, 0x60, 0, 0]],
    [3, ...listOf(bodies.length, 0)],
    [10, unsigned(bodies.length), ...bodies],
  )
}
