// The witness generator of a stranger is WebAssembly that circom wrote, or that says so. Before it
// is run its form is checked and its memory bounded: it may call four functions that do nothing,
// starts nothing by itself, and has one memory of its own with a ceiling.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { leb } from './leb.ts'

const pageBytes = 65_536
const sections = { memory: 5, start: 8 }

/** The module with a ceiling on its memory. What it imports is looked at where it is run. */
export function boundGenerator(module: Uint8Array, memoryMb: number): Outcome<Uint8Array> {
  const pages = Math.floor((memoryMb * 2 ** 20) / pageBytes)
  const reader = new Reader(module)
  if (reader.take(8)?.join() !== '0,97,115,109,1,0,0,0') return broken('it is no WASM module')
  const parts: Uint8Array[] = [module.subarray(0, 8)]
  let memories = 0
  while (reader.at < module.length) {
    const from = reader.at
    const id = reader.take(1)?.[0]
    const size = reader.number()
    const body = size === null ? null : reader.take(size)
    if (id === undefined || body === null) return broken('a section is cut off')
    if (id === sections.start) return broken('it starts by itself')
    if (id !== sections.memory) {
      parts.push(module.subarray(from, reader.at))
      continue
    }
    const bounded = boundMemory(body, pages)
    if (!bounded.ok) return bounded
    memories += 1
    parts.push(Uint8Array.of(sections.memory, ...leb(bounded.value.length)), bounded.value)
  }
  if (memories !== 1) return broken('it has no memory of its own')
  return pass(Uint8Array.from(Buffer.concat(parts)))
}

function boundMemory(body: Uint8Array, pages: number): Outcome<Uint8Array> {
  const reader = new Reader(body)
  const count = reader.number()
  const flags = reader.take(1)?.[0]
  const least = reader.number()
  // 0: no maximum, 1: with one. Shared and 64-bit memories have other flags.
  if (count !== 1 || least === null || (flags !== 0 && flags !== 1)) {
    return broken('its memory is not of the plain kind')
  }
  const most = flags === 1 ? reader.number() : pages
  if (most === null || reader.at !== body.length) return broken('its memory is malformed')
  if (least > pages) {
    const needed = Math.ceil((least * pageBytes) / 2 ** 20)
    return broken(`it needs ${needed} MB of memory, and may take ${pages / 16}`)
  }
  return pass(Uint8Array.of(1, 1, ...leb(least), ...leb(Math.min(most, pages))))
}

class Reader {
  at = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  take(count: number): Uint8Array | null {
    if (this.at + count > this.#bytes.length) return null
    this.at += count
    return this.#bytes.subarray(this.at - count, this.at)
  }

  /** An unsigned LEB128 of at most 32 bits. */
  number(): number | null {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.take(1)?.[0]
      if (byte === undefined) return null
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value < 2 ** 32 ? value : null
    }
    return null
  }
}

function broken(reason: string) {
  return refuse('INVALID', `the witness generator cannot be used: ${reason}`)
}
