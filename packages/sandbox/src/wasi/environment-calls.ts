// Arguments and environment: lists of strings, which WASI hands over as an array of pointers and a
// block of bytes, each string with a NUL at its end.
import { type Errno, errno } from './errno.ts'
import type { Guest } from './guest.ts'
import { prices } from './prices.ts'
import type { Stdio } from './provider.ts'
import type { WasiImports } from './signatures.ts'

type EnvironmentCalls = Pick<
  WasiImports,
  'args_get' | 'args_sizes_get' | 'environ_get' | 'environ_sizes_get'
>

export function environmentCalls(guest: Guest, stdio: Stdio): EnvironmentCalls {
  const args = stringList(stdio.args)
  const environ = stringList([...stdio.environ].sort(byBytes))
  return {
    args_get: (pointers, block) => writeList(guest, args, pointers, block),
    args_sizes_get: (count, bytes) => writeSizes(guest, args, count, bytes),
    environ_get: (pointers, block) => writeList(guest, environ, pointers, block),
    environ_sizes_get: (count, bytes) => writeSizes(guest, environ, count, bytes),
  }
}

interface StringList {
  readonly count: number
  /** The strings one after another, each with its NUL. */
  readonly block: Uint8Array
  readonly offsets: readonly number[]
}

function stringList(strings: readonly Uint8Array[]): StringList {
  const offsets: number[] = []
  let bytes = 0
  for (const text of strings) {
    offsets.push(bytes)
    bytes += text.length + 1
  }
  const block = new Uint8Array(bytes)
  for (const [i, text] of strings.entries()) block.set(text, offsets[i])
  return { count: strings.length, block, offsets }
}

function writeSizes({ memory }: Guest, list: StringList, countAt: number, bytesAt: number): Errno {
  if (!memory.holds(countAt, 4) || !memory.holds(bytesAt, 4)) return errno.fault
  memory.view({ at: countAt, bytes: 4 }).setUint32(0, list.count, true)
  memory.view({ at: bytesAt, bytes: 4 }).setUint32(0, list.block.length, true)
  return errno.success
}

function writeList(guest: Guest, list: StringList, pointersAt: number, blockAt: number): Errno {
  const { host, memory } = guest
  const { count, block, offsets } = list
  host.charge(count * prices.vector + block.length * prices.byte)
  if (!memory.holds(pointersAt, count * 4) || !memory.holds(blockAt, block.length)) {
    return errno.fault
  }
  memory.bytes({ at: blockAt, bytes: block.length }).set(block)
  const view = memory.view({ at: pointersAt, bytes: count * 4 })
  for (const [i, offset] of offsets.entries()) {
    view.setUint32(i * 4, blockAt + offset, true)
  }
  return errno.success
}

/** An order that does not depend on how the task's environment was written down. */
function byBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}
