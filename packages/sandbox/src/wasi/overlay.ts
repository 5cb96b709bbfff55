// The deterministic overlay: all of WASI preview 1 above any provider of standard streams. What a
// provider would have to ask the machine for (time, randomness, files, sockets, processes) is
// decided here, and so are prices, bounds and every look at the guest's memory.
import { clockCalls } from './clock-calls.ts'
import { descriptorCalls } from './descriptor-calls.ts'
import { standardDescriptors } from './descriptors.ts'
import { environmentCalls } from './environment-calls.ts'
import { errno } from './errno.ts'
import type { Guest } from './guest.ts'
import { guestMemory } from './guest-memory.ts'
import { pollCalls } from './poll-calls.ts'
import { prices } from './prices.ts'
import type { OutputStream, Stdio, WasiHost } from './provider.ts'
import { randomStream } from './random.ts'
import type { WasiFunction, WasiImports } from './signatures.ts'
import { streamCalls } from './stream-calls.ts'

export interface WasiBounds {
  readonly stdinBytes: number
  /** Over stdout and stderr together. */
  readonly outputBytesMax: number
  /** 32 bytes: the key of the guest's randomness. */
  readonly seed: Uint8Array
}

/**
 * All that the guest has done to the world and the world to it, but for the bytes of its output.
 */
export interface IoPosition {
  readonly stdinBytes: number
  readonly randomBytes: number
  readonly descriptors: string
}

export interface WasiSession {
  readonly imports: WasiImports
  position(): IoPosition
  /**
   * Goes on from another point of the run, at which so much output was written. Where in its stdin
   * the provider goes on is for whoever made it.
   */
  resume(position: IoPosition, outputBytes: number): void
  written(stream: OutputStream): Uint8Array
}

export function wasiSession(host: WasiHost, stdio: Stdio, bounds: WasiBounds): WasiSession {
  const guest: Guest = { host, memory: guestMemory(() => host.memory(), host.touched) }
  const descriptors = standardDescriptors()
  const random = randomStream(bounds.seed)
  const streams = streamCalls(guest, stdio, descriptors, bounds)
  const calls: WasiImports = {
    ...environmentCalls(guest, stdio),
    ...streams.calls,
    ...descriptorCalls(guest, descriptors),
    ...clockCalls(guest),
    ...pollCalls(guest, { ...streams, descriptors }),
    ...absentCalls,
    proc_exit: (code) => host.end(exitOf(code)),
    random_get(at, bytes) {
      host.charge(bytes * prices.byte)
      if (!guest.memory.holds(at, bytes)) return errno.fault
      random.fill(guest.memory.bytes({ at, bytes }))
      return errno.success
    },
  }
  return {
    imports: metered(host, calls),
    position: () => ({
      stdinBytes: bounds.stdinBytes - streams.stdinLeft(),
      randomBytes: random.position,
      descriptors: descriptors.listing(),
    }),
    resume({ stdinBytes, randomBytes, descriptors: listing }, outputBytes) {
      streams.resume(stdinBytes, outputBytes)
      if (random.position !== randomBytes) random.position = randomBytes
      descriptors.restore(listing)
    },
    written: (stream) => stdio.written(stream),
  }
}

/** A code beyond 255 becomes 255, not its lowest byte: 256 is no success. */
function exitOf(code: number) {
  return code === 0
    ? ({ kind: 'ok' } as const)
    : ({ kind: 'exit', exit_code: Math.min(code, 255) } as const)
}

type AbsentFunction =
  | Extract<WasiFunction, `path_${string}` | `sock_${string}` | `fd_prestat_${string}`>
  | 'proc_raise'

const noDescriptor = () => errno.badf

/** No directory or socket is ever open, so none of their descriptors is good. */
const absentCalls: Pick<WasiImports, AbsentFunction> = {
  fd_prestat_dir_name: noDescriptor,
  fd_prestat_get: noDescriptor,
  path_create_directory: noDescriptor,
  path_filestat_get: noDescriptor,
  path_filestat_set_times: noDescriptor,
  path_link: noDescriptor,
  path_open: noDescriptor,
  path_readlink: noDescriptor,
  path_remove_directory: noDescriptor,
  path_rename: noDescriptor,
  path_symlink: noDescriptor,
  path_unlink_file: noDescriptor,
  proc_raise: () => errno.nosys,
  sock_accept: noDescriptor,
  sock_recv: noDescriptor,
  sock_send: noDescriptor,
  sock_shutdown: noDescriptor,
}

/** Charges each call its price first, and hands on its integers as the unsigned ones of WASI. */
function metered(host: WasiHost, calls: WasiImports): WasiImports {
  const wrapped = Object.entries(calls).map(([name, call]) => {
    const answer = call as (...given: (number | bigint)[]) => number | undefined
    return [
      name,
      (...given: (number | bigint)[]) => {
        host.charge(prices.hostCall)
        for (let i = 0; i < given.length; i++) given[i] = unsigned(given[i]!)
        return answer(...given)
      },
    ]
  })
  return Object.fromEntries(wrapped) as WasiImports
}

function unsigned(integer: number | bigint): number | bigint {
  return typeof integer === 'number' ? integer >>> 0 : BigInt.asUintN(64, integer)
}
