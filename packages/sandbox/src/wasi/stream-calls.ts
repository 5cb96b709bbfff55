// Reading stdin and writing stdout and stderr. Both outputs together are bounded: what overflows
// ends the run, after the bytes that still fit were taken.
import type { Descriptors } from './descriptors.ts'
import { type Errno, errno } from './errno.ts'
import type { Guest } from './guest.ts'
import type { Span } from './guest-memory.ts'
import { prices, vectorsMax } from './prices.ts'
import type { Stdio } from './provider.ts'
import type { WasiImports } from './signatures.ts'

export interface StreamCalls {
  readonly calls: Pick<WasiImports, 'fd_read' | 'fd_write'>
  /** Bytes of stdin that the guest has not read yet. */
  stdinLeft(): number
  /** Bytes that the guest may still write. */
  outputLeft(): number
  /** Goes on from another point of the run. */
  resume(stdinRead: number, written: number): void
}

export interface StreamBounds {
  readonly stdinBytes: number
  readonly outputBytesMax: number
}

export function streamCalls(
  guest: Guest,
  stdio: Stdio,
  descriptors: Descriptors,
  bounds: StreamBounds,
): StreamCalls {
  const { host, memory } = guest
  let stdinLeft = bounds.stdinBytes
  let outputLeft = bounds.outputBytesMax

  function read(fd: number, vectors: number, count: number, readAt: number): Errno {
    if (descriptors.stream(fd) !== 'stdin') return errno.badf
    const spans = vectorsOf(guest, vectors, count, readAt)
    if (!Array.isArray(spans)) return spans
    const bytes = Math.min(total(spans), stdinLeft)
    host.charge(bytes * prices.byte)
    let left = bytes
    for (const { at, bytes: room } of spans) {
      const wanted = Math.min(room, left)
      memory.bytes({ at, bytes: wanted }).set(stdio.read(wanted))
      left -= wanted
    }
    stdinLeft -= bytes
    memory.view({ at: readAt, bytes: 4 }).setUint32(0, bytes, true)
    return errno.success
  }

  function write(fd: number, vectors: number, count: number, writtenAt: number): Errno {
    const stream = descriptors.output(fd)
    if (stream === null) return errno.badf
    const spans = vectorsOf(guest, vectors, count, writtenAt)
    if (!Array.isArray(spans)) return spans
    const bytes = total(spans)
    host.charge(bytes * prices.byte)
    for (const { at, bytes: given } of spans) {
      const fitting = Math.min(given, outputLeft)
      if (fitting > 0) stdio.write(stream, memory.bytes({ at, bytes: fitting }))
      outputLeft -= fitting
      if (fitting < given) host.end({ kind: 'output_limit' })
    }
    memory.view({ at: writtenAt, bytes: 4 }).setUint32(0, bytes, true)
    return errno.success
  }

  return {
    calls: { fd_read: read, fd_write: write },
    stdinLeft: () => stdinLeft,
    outputLeft: () => outputLeft,
    resume(stdinRead, written) {
      stdinLeft = bounds.stdinBytes - stdinRead
      outputLeft = bounds.outputBytesMax - written
    },
  }
}

/** The vectors of a call, paid for and in bounds, as is the place for its count of bytes. */
function vectorsOf(guest: Guest, at: number, count: number, resultAt: number): Span[] | Errno {
  if (count > vectorsMax) return errno.inval
  guest.host.charge(count * prices.vector)
  const spans = guest.memory.spans(at, count)
  if (spans === null || !guest.memory.holds(resultAt, 4)) return errno.fault
  // The count of bytes is 32 bits wide, as of a `writev` in POSIX.
  return total(spans) > 0xffff_ffff ? errno.inval : spans
}

function total(spans: readonly Span[]): number {
  return spans.reduce((sum, { bytes }) => sum + bytes, 0)
}
