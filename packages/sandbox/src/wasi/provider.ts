// What stands between a guest and the world. A provider supplies arguments, environment and the
// three standard streams, as values; it never sees the guest's memory. Everything else, and every
// check of a pointer, is the overlay's (`overlay.ts`), so that all providers behave alike.
import type { Ending } from '@vcp/protocol'
import type { Span } from './guest-memory.ts'

/** The two streams a guest can write to. */
export type OutputStream = 'stdout' | 'stderr'

export interface StdioSource {
  /** `args[0]` is the name of the program. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly stdin: Uint8Array
}

/** Arguments, environment and streams of one run. */
export interface Stdio {
  /** UTF-8, without the NUL at the end. */
  readonly args: readonly Uint8Array[]
  /** `NAME=value` in UTF-8, without the NUL at the end, in any order. */
  readonly environ: readonly Uint8Array[]
  /** The next bytes of stdin, as many as asked for unless it ends before. */
  read(bytesMax: number): Uint8Array
  /** Takes all of them, and keeps no reference: they may lie in the guest's memory. */
  write(stream: OutputStream, bytes: Uint8Array): void
  /** All that was written so far; valid until the next write. */
  written(stream: OutputStream): Uint8Array
}

export interface WasiProvider {
  readonly name: string
  /** Called once a run, with text free of NUL and names free of `=`. */
  open(source: StdioSource): Stdio
}

/** What the overlay asks of the run that it serves. */
export interface WasiHost {
  /** The guest's memory as it is now, for a grow replaces it; empty where the guest has none. */
  memory(): Uint8Array
  /** Told of each range of it before it is read or written. */
  readonly touched?: (span: Span) => void
  /** Charges before work is done. Does not return when the gas is used up. */
  charge(gas: number): void
  /** All gas charged so far. */
  gasUsed(): number
  /** Ends the run. */
  end(ending: Ending): never
}
