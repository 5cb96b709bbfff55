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
  /** A range that it holds, for numbers. */
  view(span: Span): DataView
  /** `count` pairs of pointer and length at `at`, all of them in bounds; otherwise null. */
  spans(at: number, count: number): Span[] | null
}

/**
 * `whole` is asked for anew by each access, for a grow replaces it; `touched` is told of each range
 * before it is read or written.
 */
export function guestMemory(whole: () => Uint8Array, touched?: (span: Span) => void): GuestMemory {
  function holds(at: number, bytes: number): boolean {
    return at + bytes <= whole().length
  }

  function bytes(span: Span): Uint8Array {
    touched?.(span)
    return whole().subarray(span.at, span.at + span.bytes)
  }

  function view(span: Span): DataView {
    const { buffer, byteOffset, length } = bytes(span)
    return new DataView(buffer, byteOffset, length)
  }

  return {
    holds,
    bytes,
    view,
    spans(at, count) {
      if (!holds(at, count * SPAN_BYTES)) return null
      const numbers = view({ at, bytes: count * SPAN_BYTES })
      const spans: Span[] = []
      for (let i = 0; i < count; i++) {
        const start = numbers.getUint32(i * SPAN_BYTES, true)
        const length = numbers.getUint32(i * SPAN_BYTES + 4, true)
        if (!holds(start, length)) return null
        spans.push({ at: start, bytes: length })
      }
      return spans
    },
  }
}

const SPAN_BYTES = 8
