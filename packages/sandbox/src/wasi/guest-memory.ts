// Checked access to a guest's memory. A pointer of the guest is a claim: nothing is read or written
// before the whole range is known to lie within the memory as it is at that moment.

/** A range in a guest's memory. Both numbers are unsigned 32 bits. */
export interface Span {
  readonly at: number
  readonly bytes: number
}

export interface GuestMemory {
  /** Whether the range lies within the memory. An empty one may stand at its very end. */
  holds(at: number, bytes: number): boolean
  /** The bytes of a range that it holds. */
  bytes(span: Span): Uint8Array
  /** All of it, for numbers at places that it holds. */
  view(): DataView
  /** `count` pairs of pointer and length at `at`, all of them in bounds; otherwise null. */
  spans(at: number, count: number): Span[] | null
}

/** `buffer` is asked for anew by each access: a grow replaces it. */
export function guestMemory(buffer: () => ArrayBufferLike): GuestMemory {
  function holds(at: number, bytes: number): boolean {
    return at + bytes <= buffer().byteLength
  }

  return {
    holds,
    bytes: ({ at, bytes }) => new Uint8Array(buffer(), at, bytes),
    view: () => new DataView(buffer()),
    spans(at, count) {
      if (!holds(at, count * SPAN_BYTES)) return null
      const view = new DataView(buffer(), at, count * SPAN_BYTES)
      const spans: Span[] = []
      for (let i = 0; i < count; i++) {
        const start = view.getUint32(i * SPAN_BYTES, true)
        const bytes = view.getUint32(i * SPAN_BYTES + 4, true)
        if (!holds(start, bytes)) return null
        spans.push({ at: start, bytes })
      }
      return spans
    },
  }
}

const SPAN_BYTES = 8
