// A guest that is played by a test: it calls WASI with numbers, as a module does, on a shared
// memory of its own.
import type { Ending } from '@vcp/protocol'
import { RunEnd } from '../run/run-end.ts'
import { type WasiSession, wasiSession } from '../wasi/overlay.ts'
import type { WasiHost, WasiProvider } from '../wasi/provider.ts'
import type { WasiFunction } from '../wasi/signatures.ts'
import { wasm } from '../webassembly.ts'

export interface WasiGuestSettings {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: Uint8Array
  readonly outputBytesMax?: number
  readonly gas?: number
  readonly seed?: Uint8Array
  readonly pages?: number
}

export interface WasiGuest {
  readonly session: WasiSession
  /** The memory as it is now. */
  bytes(): Uint8Array
  view(): DataView
  grow(pages: number): void
  gasUsed(): number
  /** The errno, or how the call ended the run. */
  call(name: WasiFunction, ...given: (number | bigint)[]): number | Ending | undefined
  /** Writes pointers and lengths at `at`. */
  vectors(at: number, spans: readonly (readonly [at: number, bytes: number])[]): void
  written(stream: 'stdout' | 'stderr'): string
}

export function wasiGuest(provider: WasiProvider, settings: WasiGuestSettings = {}): WasiGuest {
  const { args = ['task'], env = {}, stdin = new Uint8Array(0), gas = 1e9, pages = 8 } = settings
  const { outputBytesMax = 4_000_000, seed = new Uint8Array(32) } = settings
  const memory = new wasm.Memory({ initial: pages, maximum: 64, shared: true })
  let used = 0
  const host: WasiHost = {
    memory: () => new Uint8Array(memory.buffer),
    charge(price) {
      if (used + price > gas) throw new RunEnd({ kind: 'out_of_gas' })
      used += price
    },
    gasUsed: () => used,
    end(ending) {
      throw new RunEnd(ending)
    },
  }
  const stdio = provider.open({ args, env, stdin })
  const session = wasiSession(host, stdio, { stdinBytes: stdin.length, outputBytesMax, seed })
  const calls = session.imports as Readonly<
    Record<string, (...given: (number | bigint)[]) => number | undefined>
  >
  const view = () => new DataView(memory.buffer)

  return {
    session,
    bytes: () => new Uint8Array(memory.buffer),
    view,
    grow(more) {
      memory.grow(more)
    },
    gasUsed: () => used,
    call(name, ...given) {
      try {
        return calls[name]!(...given)
      } catch (error) {
        if (error instanceof RunEnd) return error.ending
        throw error
      }
    },
    vectors(at, spans) {
      for (const [i, [start, bytes]] of spans.entries()) {
        view().setUint32(at + i * 8, start, true)
        view().setUint32(at + i * 8 + 4, bytes, true)
      }
    },
    written: (stream) => new TextDecoder().decode(session.written(stream)),
  }
}
